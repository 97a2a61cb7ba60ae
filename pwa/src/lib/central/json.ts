/** Reading what central wrote, strictly: a member that is missing or of another type is a refusal, never a guess. */
import { parsePublicJwk, type PublicJwk } from "../crypto/jwk";
import { CentralError } from "./errors";

/** An object whose members are not read yet. */
export type Members = Readonly<Record<string, unknown>>;

/** `value` as an object. */
export function members(value: unknown): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CentralError("malformed");
  return value as Members;
}

/** `value` as a list, each element read by `read`. */
export function list<T>(value: unknown, read: (element: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new CentralError("malformed");
  return value.map((element) => read(element));
}

/** `value` as a text. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new CentralError("malformed");
  return value;
}

/** `value` as a finite number. */
export function number(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new CentralError("malformed");
  return value;
}

/** `value` as yes or no. */
export function boolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new CentralError("malformed");
  return value;
}

/** `value` as one of `choices`. */
export function oneOf<T extends string>(value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new CentralError("malformed");
  return found;
}

/** `value` as `read` reads it, or `null`. */
export function nullable<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}

/** `value` as a public P-256 key. */
export function publicKey(value: unknown): PublicJwk {
  const key = parsePublicJwk(value);
  if (key === null) throw new CentralError("malformed");
  return key;
}

/** JSON `source` as a value. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new CentralError("malformed", cause);
  }
}
