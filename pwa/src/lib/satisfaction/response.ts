/**
 * One answered satisfaction questionnaire, as it is sent (wire §6.1): nothing in it names a visit, a stop, a device, an hour
 * or a person.
 */
import { isCoding, isPhoto, numberOf, type Answers, type Value } from "../forms/answers";
import type { FlatAnswer, FlatValue } from "../forms/flat";

/** What is sealed to the organisation. */
export interface SatisfactionResponse {
  /** Drawn at random: the same one twice is stored once. */
  readonly id: string;
  readonly form: { readonly url: string; readonly version: string };
  readonly campaign: string;
  /** The Monday of the week, `YYYY-MM-DD`. */
  readonly week: string;
  readonly channel: "kiosk";
  readonly answers: Readonly<Record<string, FlatAnswer>>;
}

/** `answers` as docs/forms.md writes them flat: who answered, and when, are left out. */
export function flatAnswers(answers: Answers): Readonly<Record<string, FlatAnswer>> {
  return Object.fromEntries(
    Object.entries(answers).map(([linkId, answer]) => [
      linkId,
      answer.kind === "absent" ? { absent: answer.reason } : { values: answer.values.map(flatValue) },
    ]),
  );
}

/** The Monday of the week of the civil day `day`, both `YYYY-MM-DD`. */
export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

function flatValue(value: Value): FlatValue {
  if (isCoding(value)) return value.code;
  if (isPhoto(value)) throw new TypeError("an anonymous form asks for no photo");
  return typeof value === "object" ? (numberOf(value) ?? 0) : value;
}
