/** Values that are computed, never typed (`docs/forms.md`, One pass, 2). */
import type { Answers, FormContext, Value } from "./answers";
import { isCoding, valuesOf } from "./answers";
import { distanceKm } from "./distance";
import { ExpressionFailed } from "./errors";
import type { Evaluator } from "./evaluate";
import type { Form, Question } from "./form";
import { quantity, responseItems } from "./response";

/** What rules are run with. Without an evaluator (not fetched yet) expressions yield nothing. */
export interface Rules {
  readonly form: Form;
  readonly context: FormContext;
  readonly evaluator: Evaluator | null;
}

/** The value of a calculated `question` from the answers placed before it; undefined when an input is missing. */
export function calculatedValue(question: Question, before: Answers, rules: Rules): Value | undefined {
  switch (question.calculation?.kind) {
    case "distance-to-stop-km":
      return distanceToStop(before, rules);
    case "expression":
      return asValue(question, evaluateOn(question.calculation.expression, before, rules)[0]);
    default:
      return undefined;
  }
}

/**
 * The collection `expression` yields on `settled` answers.
 *
 * It is run on the answers it reads and no other: their linkIds are known from its text (`docs/forms.md`,
 * Expressions), and walking a whole response at every keystroke would cost a tablet tens of milliseconds.
 *
 * An expression that fails yields nothing: publication refuses what can fail, central runs the rule again on arrival,
 * and no fault of a form may stop a capture.
 */
export function evaluateOn(
  expression: string,
  settled: Answers,
  { form, context, evaluator }: Rules,
): readonly unknown[] {
  const read = Object.fromEntries(
    linkIdsRead(expression).flatMap((linkId) => {
      const answer = settled[linkId];
      return answer ? [[linkId, answer] as const] : [];
    }),
  );
  const resource = {
    resourceType: "QuestionnaireResponse",
    status: "in-progress",
    item: responseItems(form, read, ""),
  };
  try {
    return evaluator?.evaluate(expression, { resource, context }) ?? [];
  } catch (failure) {
    if (failure instanceof ExpressionFailed) return [];
    throw failure;
  }
}

/** The questions an expression reads: `… where(linkId = '<linkId>') …` is the only way to read one. */
export function linkIdsRead(expression: string): readonly string[] {
  return [...expression.matchAll(/linkId = '([^']+)'/g)].map((match) => match[1] ?? "");
}

function distanceToStop(before: Answers, { form, context }: Rules): Value | undefined {
  const residence = form.questions.find((question) => question.lookup === "insee-commune");
  const [place] = residence ? valuesOf(before[residence.linkId]) : [];
  if (!context.stop || !isCoding(place)) return undefined;
  const from = context.commune(place.code);
  return from ? distanceKm(from, context.stop) : undefined;
}

function asValue(question: Question, yielded: unknown): Value | undefined {
  if (typeof yielded === "number")
    return question.type === "quantity" ? quantity(question, yielded) : yielded;
  if (typeof yielded === "boolean") return yielded;
  if (typeof yielded !== "string") return undefined;
  if (question.type !== "choice") return yielded;
  return question.options.find((option) => option.coding.code === yielded)?.coding;
}
