/**
 * What a person types → a value: decimal comma, dates as they are said, units in which people also speak.
 *
 * Nothing is guessed in silence: another unit or a pair (`13/8`) is proposed, and taken by one tap.
 */
import type { FormContext, Value } from "./answers";
import { isQuantity } from "./answers";
import { civilDate } from "./dates";
import type { EntryUnit, Form, Question } from "./form";
import { isQuestion } from "./form";
import { refuseNumber } from "./limits";
import { parseNumber, roundHalfUp } from "./numbers";
import { quantity } from "./response";
import { normaliseText } from "./text";

/** What a typed text is: nothing, a value, or something kept as typed until it can be read. */
export type Reading =
  | { readonly kind: "empty" }
  | { readonly kind: "value"; readonly value: Value; readonly typedAs?: string }
  | { readonly kind: "unreadable"; readonly wanted: "number" | "integer" | "date" };

/** Values offered in place of what was typed. */
export interface Proposal {
  /** The unit it was read in; null when it is read in the question's own. */
  readonly unit: string | null;
  readonly changes: readonly { readonly question: Question; readonly number: number }[];
}

/** Reads `typed` as an answer to `question`. Choices and booleans are tapped, not typed: any text is unreadable. */
export function readEntry(question: Question, typed: string, context: FormContext): Reading {
  if (typed.trim() === "") return { kind: "empty" };
  switch (question.type) {
    case "string":
    case "text":
      return readText(question, typed);
    case "date":
      return readDate(question, typed, context);
    default:
      return readNumber(question, typed);
  }
}

function readText(question: Question, typed: string): Reading {
  const value = normaliseText(typed, question.textRule);
  if (value === "") return { kind: "empty" };
  return value === typed.trim() ? { kind: "value", value } : { kind: "value", value, typedAs: typed.trim() };
}

function readNumber(question: Question, typed: string): Reading {
  const number = parseNumber(typed);
  const wanted = question.type === "integer" ? "integer" : "number";
  if (number === null || (wanted === "integer" && !Number.isInteger(number))) {
    return { kind: "unreadable", wanted };
  }
  return { kind: "value", value: question.type === "quantity" ? quantity(question, number) : number };
}

const MONTHS = ["jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec"];

/**
 * Reads `3/4/58`, `03.04.1958`, `03041958`, `030458`, `3 avril 1958` or `1958-04-03`.
 *
 * Two digits of a year are the latest past one, or this century's where only the future is possible.
 */
function readDate(question: Question, typed: string, context: FormContext): Reading {
  const parts = dateParts(typed);
  if (!parts) return { kind: "unreadable", wanted: "date" };
  const [day, month, writtenYear] = parts;
  const year = writtenYear.length === 2 ? fullYear(question, parts, context) : Number(writtenYear);
  const value = civilDate(year, month, day);
  if (value === null) return { kind: "unreadable", wanted: "date" };
  return writtenYear.length === 2
    ? { kind: "value", value, typedAs: typed.trim() }
    : { kind: "value", value };
}

/** The whole date in `typed`, with its year in four digits; `null` when there is none. */
export function readWholeDate(typed: string): string | null {
  const parts = dateParts(typed);
  return parts?.[2].length === 4 ? civilDate(Number(parts[2]), parts[1], parts[0]) : null;
}

type DateParts = readonly [day: number, month: number, year: string];

function dateParts(typed: string): DateParts | null {
  const text = typed
    .trim()
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "");
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso) return [Number(iso[3]), Number(iso[2]), iso[1] ?? ""];
  const french =
    /^(\d{1,2})[ ./-]+(\d{1,2})[ ./-]+(\d{4}|\d{2})$/.exec(text) ??
    /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(text);
  if (french) return [Number(french[1]), Number(french[2]), french[3] ?? ""];
  const spelt = /^(\d{1,2})(?:er)? +([a-z]{3,})\.? +(\d{4}|\d{2})$/.exec(text);
  const month = MONTHS.findIndex((name) => spelt?.[2]?.startsWith(name)) + 1;
  return spelt && month > 0 ? [Number(spelt[1]), month, spelt[3] ?? ""] : null;
}

function fullYear(question: Question, [day, month, year]: DateParts, { today }: FormContext): number {
  const century = Number(today.slice(0, 2)) * 100;
  const thisCentury = century + Number(year);
  if (question.dateRule === "not-before-visit") return thisCentury;
  const iso = civilDate(thisCentury, month, day);
  return iso !== null && iso <= today ? thisCentury : thisCentury - 100;
}

/** What is proposed in place of `typed`: another unit, or a pair of numbers; empty when it can stand as it is. */
export function proposals(form: Form, question: Question, typed: string): readonly Proposal[] {
  const [first = "", second, ...more] = typed.split("/");
  const a = parseNumber(first);
  if (a === null || more.length > 0) return [];
  if (second === undefined) {
    return inOtherUnits(question, a).map(({ unit, number }) => ({
      unit,
      changes: [{ question, number }],
    }));
  }
  const partner = question.entryPair === undefined ? undefined : form.items.get(question.entryPair);
  const b = parseNumber(second);
  if (!isQuestion(partner) || b === null) return [];
  return pairs(asTypedOrProposed(question, a), asTypedOrProposed(partner, b)).map(([here, there]) => ({
    unit: here.unit ?? there.unit,
    changes: [
      { question, number: here.number },
      { question: partner, number: there.number },
    ],
  }));
}

interface Candidate {
  readonly unit: string | null;
  readonly number: number;
}

function inOtherUnits(question: Question, typed: number): readonly Candidate[] {
  if (refuseNumber(question, typed) === null) return [];
  return question.entryUnits
    .filter(({ from, to }: EntryUnit) => from <= typed && typed <= to)
    .map(({ label, factor }) => ({
      unit: label,
      number: roundHalfUp(typed * factor, question.maxDecimals ?? 6),
    }));
}

function asTypedOrProposed(question: Question, typed: number): readonly Candidate[] {
  const proposed = inOtherUnits(question, typed);
  return proposed.length > 0 ? proposed : [{ unit: null, number: typed }];
}

/** Both numbers of a pair were said in one unit, unless one of them needs none. */
function pairs(here: readonly Candidate[], there: readonly Candidate[]): [Candidate, Candidate][] {
  return here.flatMap((a) =>
    there
      .filter((b) => a.unit === b.unit || a.unit === null || b.unit === null)
      .map((b): [Candidate, Candidate] => [a, b]),
  );
}

/** The text of a stored value in the field where it is typed: decimal comma, `JJ/MM/AAAA`. */
export function writeEntry(question: Question, value: Value): string {
  if (isQuantity(value)) return String(value.value).replace(".", ",");
  if (typeof value === "number") return String(value).replace(".", ",");
  if (typeof value !== "string") return "";
  return question.type === "date" ? value.split("-").reverse().join("/") : value;
}
