/** Strict readers for the JSON that a node answers: every field is checked once, at the border. */
import { UnexpectedAnswer } from "./errors";

/** A JSON object whose fields have not been checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** `value` as an object. Raises {@link UnexpectedAnswer}. */
export function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UnexpectedAnswer(`${what} is not an object`);
  }
  return value as Fields;
}

/** The text in `name`. Raises {@link UnexpectedAnswer}. */
export function text(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value !== "string") throw new UnexpectedAnswer(`${name} is not a text`);
  return value;
}

/** The array in `name`, each element read by `read`. Raises {@link UnexpectedAnswer}. */
export function list<T>(from: Fields, name: string, read: (element: Fields) => T): readonly T[] {
  const value = from[name];
  if (!Array.isArray(value)) throw new UnexpectedAnswer(`${name} is not a list`);
  return value.map((element, index) => read(fields(element, `${name}[${index}]`)));
}

/** The instant in `name`, in milliseconds since the epoch. Raises {@link UnexpectedAnswer}. */
export function instant(from: Fields, name: string): number {
  const milliseconds = Date.parse(text(from, name));
  if (Number.isNaN(milliseconds)) throw new UnexpectedAnswer(`${name} is not an instant`);
  return milliseconds;
}
