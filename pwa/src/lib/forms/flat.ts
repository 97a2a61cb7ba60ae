/** Answers as `docs/forms.md` writes them flat → answers to a question of this form. */
import type { AbsentReason, Value } from "./answers";
import type { Question } from "./form";
import { quantity } from "./response";
import { illTyped } from "./values";

/** A value in a flat answer, photos apart. */
export type FlatValue = string | number | boolean;

/** An answer as docs/forms.md writes it flat: values, or why there is none. */
export type FlatAnswer = { readonly values: readonly FlatValue[] } | { readonly absent: AbsentReason };

/** The commune of an INSEE code, by name; null when the table does not have it. */
export type CommuneName = (insee: string) => string | null;

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";
const NOBODY = { by: "", at: "" };

/** `flat` as values of `question`; null when there is none, or when one is not of its type or not offered any more. */
export function nativeValues(
  question: Question,
  flat: readonly FlatValue[],
  communeName: CommuneName,
): readonly Value[] | null {
  const values = flat.map((value) => nativeValue(question, value, communeName));
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || known.length !== values.length) return null;
  return illTyped(question, { kind: "values", values: known, ...NOBODY }) === null ? known : null;
}

function nativeValue(question: Question, value: FlatValue, communeName: CommuneName): Value | null {
  if (question.type === "quantity") return typeof value === "number" ? quantity(question, value) : null;
  if (question.type !== "choice") return value;
  const option = question.options.find(({ coding }) => coding.code === value);
  if (option !== undefined) return option.coding;
  if (question.lookup === undefined || typeof value !== "string") return null;
  const display = communeName(value);
  return display === null ? null : { system: INSEE, code: value, display };
}
