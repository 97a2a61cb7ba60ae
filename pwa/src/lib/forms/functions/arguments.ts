/** What a named function is given: the codes that the form writes, and the values of the questions it links to. */
import { type Answers, isCoding, numberOf, type Value, valuesOf } from "../answers";
import type { FunctionCall } from "../form";

/** The arguments of one call, by name. What has no value is undefined, and keeps its place among several. */
export interface Arguments {
  /** A code that the form writes, or the code of the answer to a choice. */
  readonly code: (name: string) => string | undefined;
  /** Whether it is among the arguments of the call, and has no value. */
  readonly lacks: (name: string) => boolean;
  readonly number: (name: string) => number | undefined;
  readonly numbers: (name: string) => readonly (number | undefined)[];
  readonly booleans: (name: string) => readonly (boolean | undefined)[];
  /** `YYYY-MM-DD`. */
  readonly date: (name: string) => string | undefined;
}

/** The arguments of `call` on the answers `before` it. */
export function argumentsOf(call: FunctionCall, before: Answers): Arguments {
  const named = (name: string): readonly (Value | undefined)[] =>
    call.arguments
      .filter((each) => each.name === name)
      .map((each) => ("code" in each ? each.code : valuesOf(before[each.link])[0]));
  const numbers = (name: string): readonly (number | undefined)[] => named(name).map(numberOf);
  const text = (value: Value | undefined): string | undefined =>
    typeof value === "string" ? value : undefined;
  return {
    code: (name) => {
      const [value] = named(name);
      return isCoding(value) ? value.code : text(value);
    },
    lacks: (name) => named(name).some((value) => value === undefined),
    number: (name) => numbers(name)[0],
    numbers,
    booleans: (name) => named(name).map((value) => (typeof value === "boolean" ? value : undefined)),
    date: (name) => text(named(name)[0]),
  };
}
