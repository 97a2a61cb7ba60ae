/** The flat answers of the shared vectors (docs/forms.md, The flat form of answers) → the tablet's native answers. */
import { type Answer, type Answers, isCoding, isPhoto, isQuantity, type Value } from "$lib/forms/answers";
import type { Photo } from "$lib/forms/attachment";
import type { Form, Question } from "$lib/forms/form";
import { isQuestion } from "$lib/forms/form";
import { quantity } from "$lib/forms/response";

/** One value of a vector. */
export type FlatValue = string | number | boolean | Photo;

/** One answer of a vector. */
export interface FlatAnswer {
  readonly values?: readonly FlatValue[];
  readonly absent?: "not-asked" | "asked-unknown" | "asked-declined" | "not-performed";
  readonly confirmed?: boolean;
  readonly typed_as?: string;
  readonly carried_from?: string;
}

/** Answers of a vector, by linkId. */
export type FlatAnswers = Readonly<Record<string, FlatAnswer>>;

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";
/** Who answers in tests, and when. */
export const AUTHOR = { by: "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f001", at: "2026-11-23T09:40:00.000+01:00" };

/** Native answers of flat ones. */
export function native(form: Form, flat: FlatAnswers): Answers {
  return Object.fromEntries(
    Object.entries(flat).map(([linkId, answer]) => [linkId, nativeAnswer(form.items.get(linkId), answer)]),
  );
}

function nativeAnswer(item: ReturnType<Form["items"]["get"]>, flat: FlatAnswer): Answer {
  const carried = flat.carried_from === undefined ? {} : { carriedFrom: flat.carried_from };
  if (flat.absent !== undefined) return { kind: "absent", reason: flat.absent, ...AUTHOR, ...carried };
  return {
    kind: "values",
    values: (flat.values ?? []).map((value) => (isQuestion(item) ? nativeValue(item, value) : value)),
    ...AUTHOR,
    ...carried,
    ...(flat.confirmed ? { confirmed: true as const } : {}),
    ...(flat.typed_as === undefined ? {} : { typedAs: flat.typed_as }),
  };
}

function nativeValue(question: Question, value: FlatValue): Value {
  if (question.type === "quantity" && typeof value === "number") return quantity(question, value);
  if (question.type !== "choice" || typeof value !== "string") return value;
  const option = question.options.find(({ coding }) => coding.code === value);
  const system = question.lookup === undefined ? (question.options[0]?.coding.system ?? "") : INSEE;
  return option?.coding ?? { system, code: value, display: value };
}

/** The flat value of a native one. */
export function flatValue(value: Value): FlatValue {
  if (isCoding(value)) return value.code;
  if (isPhoto(value)) return value;
  return isQuantity(value) ? value.value : value;
}
