/** Reading untrusted JSON at the border: each function answers a checked value or says where the fault is. */
import { FormInvalid } from "./errors";

/** A JSON object whose members are not known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** `value` as an object. @throws FormInvalid */
export function object(value: unknown, place: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormInvalid(place, "an object is expected");
  }
  return value as Json;
}

/** `value` as a list of objects; an absent one is empty. @throws FormInvalid */
export function objects(value: unknown, place: string): readonly Json[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new FormInvalid(place, "a list is expected");
  return value.map((each: unknown, index) => object(each, `${place}[${index}]`));
}

/** `value` as a non-empty string. @throws FormInvalid */
export function string(value: unknown, place: string): string {
  if (typeof value !== "string" || value === "") throw new FormInvalid(place, "a text is expected");
  return value;
}

/** `value` as a finite number. @throws FormInvalid */
export function number(value: unknown, place: string): number {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new FormInvalid(place, "a number is expected");
  return value;
}

/** `value` as a boolean. @throws FormInvalid */
export function boolean(value: unknown, place: string): boolean {
  if (typeof value !== "boolean") throw new FormInvalid(place, "true or false is expected");
  return value;
}

/** `value` as one of `choices`. @throws FormInvalid */
export function oneOf<T extends string>(value: unknown, choices: readonly T[], place: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new FormInvalid(place, `one of ${choices.join(", ")} is expected`);
  return found;
}

/** The members of `record` whose value is not undefined: what `exactOptionalPropertyTypes` wants of optional ones. */
export function defined<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
