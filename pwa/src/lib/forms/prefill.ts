/**
 * What a capture starts from (`docs/forms.md`, Starting values): the form's own initial values, the campaign's settings,
 * what the roster knows of an expected person, the stop's theme, what the person's summary remembers, and what was last
 * answered there that day.
 */
import type { Answer, Answers, Author, Value } from "./answers";
import type { PublishedFact } from "./carry";
import { type CommuneName, type FlatValue, nativeValues } from "./flat";
import type { Form, Question } from "./form";
import { refuseNumber } from "./limits";
import { quantity } from "./response";
import { normaliseText } from "./text";

export type { CommuneName } from "./flat";

/** One entry of the roster (wire §4.1), by field name. */
export type RosterFields = Readonly<Record<string, unknown>>;

/** The campaign's values of a form's settings (wire §4.1, `settings["<form url>"]`), by linkId. */
export type Settings = Readonly<Record<string, FlatValue>>;

/** Values by linkId, as answers hold them. */
export type Kept = ReadonlyMap<string, readonly Value[]>;

/** What is known when a capture begins. What is left out starts nothing. */
export interface Known {
  /** The expected person, as the roster has them; `{ booking: "sans_rdv" }` of a walk-in. */
  readonly roster?: RosterFields;
  readonly settings?: Settings;
  /** The stop's theme of the month, a code. */
  readonly theme?: string | null;
  /** The facts of the person's summary (wire §4.2), by the linkId that they answered. */
  readonly facts?: ReadonlyMap<string, PublishedFact>;
  /** What whoever begins answered before at this stop and on this day, by linkId (`escale:kept-for-the-day`). */
  readonly kept?: Kept;
  readonly communeName: CommuneName;
}

type Given = Pick<Extract<Answer, { kind: "values" }>, "values" | "typedAs" | "carriedFrom">;

/**
 * The answers a capture of `form` starts from; what comes from the roster, the stop, a fact or the day stands before the form's own.
 *
 * A field that is empty, or that is no answer to its question, starts nothing; a setting outside the item's limits or
 * options leaves the form's own value. What comes from a fact keeps its day as `carriedFrom`. All are `author`'s:
 * whoever opens the form answers for what is in it.
 */
export function initialAnswers(form: Form, known: Known, author: Author): Answers {
  const answers: Record<string, Answer> = {};
  for (const question of form.questions) {
    const given =
      outside(question, known) ?? kept(question, known) ?? setting(question, known) ?? ownInitial(question);
    if (given !== null) answers[question.linkId] = { kind: "values", ...author, ...given };
  }
  return answers;
}

function outside(question: Question, known: Known): Given | null {
  const { startsFrom } = question;
  switch (startsFrom?.from) {
    case "roster":
      return rosterValue(question, known.roster?.[startsFrom.field], known.communeName);
    case "theme":
      return known.theme ? inForm(question, [known.theme], known) : null;
    case "fact":
      return factValue(question, startsFrom, known);
    default:
      return null;
  }
}

function factValue(
  question: Question,
  { linkId, part }: { readonly linkId: string; readonly part: "value" | "day" },
  known: Known,
): Given | null {
  const fact = known.facts?.get(linkId);
  if (fact === undefined || "absent" in fact.answer) return null;
  const given = inForm(question, part === "day" ? [fact.day] : fact.answer.values, known);
  return given && { ...given, carriedFrom: fact.day };
}

function kept(question: Question, known: Known): Given | null {
  const values = question.keptForTheDay ? known.kept?.get(question.linkId) : undefined;
  return values === undefined ? null : { values };
}

function setting(question: Question, known: Known): Given | null {
  const value = known.settings?.[question.linkId];
  if (!question.setting || value === undefined) return null;
  if (typeof value === "number" && isRefused(question, value)) return null;
  return inForm(question, [value], known);
}

/** A soft limit asks somebody to confirm, and nobody types a setting: it is the campaign's to choose. */
function isRefused(question: Question, value: number): boolean {
  const refusal = refuseNumber(question, value);
  return refusal !== null && refusal !== "soft-limit";
}

function ownInitial(question: Question): Given | null {
  const { initial } = question;
  if (typeof initial === "number" && question.type === "quantity") {
    return { values: [quantity(question, initial)] };
  }
  if (initial !== undefined) return { values: [initial] };
  const values = question.options.filter((option) => option.initial).map(({ coding }) => coding);
  return values.length > 0 ? { values } : null;
}

function inForm(question: Question, flat: readonly FlatValue[], { communeName }: Known): Given | null {
  const values = nativeValues(question, flat, communeName);
  return values && { values };
}

function rosterValue(question: Question, field: unknown, communeName: CommuneName): Given | null {
  if (typeof field !== "string" || field === "") return null;
  const value = asValue(question, field, communeName);
  if (value === null) return null;
  return typeof value === "string" && value !== field
    ? { values: [value], typedAs: field }
    : { values: [value] };
}

function asValue(question: Question, field: string, communeName: CommuneName): Value | null {
  switch (question.type) {
    case "string":
    case "text":
      return normaliseText(field, question.textRule);
    case "date":
      return field;
    case "choice":
      return nativeValues(question, [field], communeName)?.[0] ?? null;
    default:
      return null;
  }
}
