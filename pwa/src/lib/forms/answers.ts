/**
 * What a person answered, as the tablet holds it while a form is filled: the native state of a capture.
 *
 * An answer is either values or a stated absence, and keeps the member who gave it. What was typed but cannot be read
 * as an answer yet is kept apart, as {@link Entries}: what was typed stays typed. The FHIR form of all this is made
 * once, at signature (`response.ts`).
 */

import type { Photo } from "./attachment";

/** Why there is no value (FHIR `data-absent-reason`): not asked, unknown, refused, impossible. */
export type AbsentReason = "not-asked" | "asked-unknown" | "asked-declined" | "not-performed";

/** The four absences, in the order in which they are offered. */
export const ABSENT_REASONS: readonly AbsentReason[] = [
  "not-asked",
  "asked-unknown",
  "asked-declined",
  "not-performed",
];

/** A FHIR Coding. Two codings are the same when system and code are. */
export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** A FHIR Quantity with its UCUM unit. */
export interface Quantity {
  readonly value: number;
  readonly unit: string;
  readonly system: string;
  readonly code: string;
}

/** One value; a string also stands for a date (`YYYY-MM-DD`). */
export type Value = string | number | boolean | Coding | Quantity | Photo;

/**
 * What a member answered to one question: values, or a stated absence. `by` is a member, `at` is RFC 3339; `firstAt` is
 * when it was first answered, of an answer that was changed since.
 */
export type Answer =
  | {
      readonly kind: "values";
      readonly values: readonly Value[];
      readonly by: string;
      readonly at: string;
      readonly firstAt?: string;
      /** Outside the soft limits, and confirmed. */
      readonly confirmed?: true;
      /** What was typed before normalisation, when it differs. */
      readonly typedAs?: string;
      /** The day of the earlier answer that was confirmed (`escale:carried`), `YYYY-MM-DD`. */
      readonly carriedFrom?: string;
    }
  | {
      readonly kind: "absent";
      readonly reason: AbsentReason;
      readonly by: string;
      readonly at: string;
      readonly firstAt?: string;
      readonly carriedFrom?: string;
    };

/** Answers by linkId. A question that is not there was not answered. */
export type Answers = Readonly<Record<string, Answer>>;

/** What was typed and is not an answer (half a date, letters in a number), by linkId. */
export type Entries = Readonly<Record<string, string>>;

/** Degrees, WGS 84. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** What rules know besides the answers. Dates are civil (`YYYY-MM-DD`); `commune` gives where an INSEE code is. */
export interface FormContext {
  readonly visitDate: string;
  readonly today: string;
  readonly stop: Position | null;
  readonly commune: (insee: string) => Position | null;
}

/** Who answers, and when: stamped on every answer. */
export interface Author {
  readonly by: string;
  readonly at: string;
}

/** Whether `value` is a coded value. */
export function isCoding(value: Value | undefined): value is Coding {
  return typeof value === "object" && "code" in value && !("value" in value);
}

/** Whether `value` is a number with a unit. */
export function isQuantity(value: Value | undefined): value is Quantity {
  return typeof value === "object" && "value" in value;
}

/** Whether `value` is a photo. */
export function isPhoto(value: Value | undefined): value is Photo {
  return typeof value === "object" && "photo" in value;
}

/** Whether two codings name the same concept: system and code, whatever they display. */
export function sameCoding(one: Coding, other: Coding): boolean {
  return one.code === other.code && one.system === other.system;
}

/** Whether two values are equal as answers. */
export function sameValue(one: Value, other: Value): boolean {
  if (isCoding(one) && isCoding(other)) return sameCoding(one, other);
  if (isQuantity(one) && isQuantity(other)) return one.value === other.value && one.code === other.code;
  if (isPhoto(one) && isPhoto(other)) return one.photo === other.photo && one.digest === other.digest;
  return one === other;
}

/** The values of an answer: none when it is missing or a stated absence. */
export function valuesOf(answer: Answer | undefined): readonly Value[] {
  return answer?.kind === "values" ? answer.values : [];
}

/** The number an answer holds, with or without a unit. */
export function numberOf(value: Value | undefined): number | undefined {
  if (typeof value === "number") return value;
  return isQuantity(value) ? value.value : undefined;
}

/** `record` without `linkId`. */
export function without<T>(record: Readonly<Record<string, T>>, linkId: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== linkId));
}
