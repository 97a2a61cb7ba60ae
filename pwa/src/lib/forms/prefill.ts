/** What the roster already knows of an expected person, as first answers (`sdc-questionnaire-initialExpression`). */
import type { Answer, Answers, Author, Value } from "./answers";
import type { Form, Question } from "./form";
import { normaliseText } from "./text";

/** One entry of the roster (wire §4.1), by field name. */
export type RosterFields = Readonly<Record<string, unknown>>;

/** The commune of an INSEE code, by name; null when the table does not have it. */
export type CommuneName = (insee: string) => string | null;

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";

/**
 * The answers a capture starts from: the options that the form says it starts with, then what is expected. A field that is empty, or that is no answer to its question, starts nothing.
 * They are `author`'s: whoever opens the form answers for what is in it.
 */
export function initialAnswers(
  form: Form,
  expected: RosterFields,
  author: Author,
  communeName: CommuneName,
): Answers {
  const answers: Record<string, Answer> = {};
  for (const question of form.questions) {
    const initial = question.options.filter((option) => option.initial).map(({ coding }) => coding);
    if (initial.length > 0) answers[question.linkId] = { kind: "values", values: initial, ...author };
    const field = question.rosterField === undefined ? undefined : expected[question.rosterField];
    if (typeof field !== "string" || field === "") continue;
    const value = asValue(question, field, communeName);
    if (value === null) continue;
    const typedAs = typeof value === "string" && value !== field ? { typedAs: field } : {};
    answers[question.linkId] = { kind: "values", values: [value], ...author, ...typedAs };
  }
  return answers;
}

function asValue(question: Question, field: string, communeName: CommuneName): Value | null {
  switch (question.type) {
    case "string":
    case "text":
      return normaliseText(field, question.textRule);
    case "date":
      return field;
    case "choice": {
      if (question.lookup !== undefined) {
        const display = communeName(field);
        return display === null ? null : { system: INSEE, code: field, display };
      }
      return question.options.find(({ coding }) => coding.code === field)?.coding ?? null;
    }
    default:
      return null;
  }
}
