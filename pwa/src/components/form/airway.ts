/** Which drawing of an airway a result is: the codes of a BPCO screening, and of no other. */
import type { Question } from "$lib/forms/form";

/** What is drawn. */
export type AirwayState = "open" | "narrow" | "uncertain" | "unreadable";

const STATES: ReadonlyMap<string, AirwayState> = new Map([
  ["no_sign", "open"],
  ["suspicion", "narrow"],
  ["grey_zone", "uncertain"],
  ["not_interpretable", "unreadable"],
]);

/** Whether the results of `question` are drawn as an airway: it has these four codes and no other. */
export function isAirway({ options }: Question): boolean {
  return options.length === STATES.size && options.every(({ coding }) => STATES.has(coding.code));
}

/** The drawing of the result `code`; null when it is none of them. */
export function airwayOf(code: string): AirwayState | null {
  return STATES.get(code) ?? null;
}
