/** Rules that signed JSON is held to: what each member may be, none missing, none more. */

/** Whether a value is what is expected. */
export type Rule = (value: unknown) => boolean;
/** The members of an object, each with its rule. */
export type Rules<N extends string = string> = Readonly<Record<N, Rule>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const ENVELOPE = /^e[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(?:Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A text that is whole within `pattern`. */
export const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === "string" && pattern.test(value);
/** `null`, or what `rule` takes. */
export const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value);
/** A text of 1 to `longest` characters. */
export const textUpTo =
  (longest: number): Rule =>
  (value) =>
    typeof value === "string" && value !== "" && [...value].length <= longest;
/** An integer from `least` to `most`. */
export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Rule =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
/** One of `choices`. */
export const oneOf =
  (choices: readonly unknown[]): Rule =>
  (value) =>
    choices.includes(value);
/** A list of `least` to `most` elements that `rule` takes. */
export const listOf =
  (rule: Rule, least: number, most: number): Rule =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(rule);
/** An object that {@link obeys} `rules`. */
export const objectOf =
  (rules: Rules): Rule =>
  (value) =>
    obeys(value, rules);

export const uuid = matches(UUID);
export const digest = matches(DIGEST);
export const envelopeId = matches(ENVELOPE);
export const shortText = textUpTo(200);
/** RFC 3339 with milliseconds, of a day that exists. */
export const instant: Rule = (value) =>
  matches(INSTANT)(value) &&
  !Number.isNaN(Date.parse(value as string)) &&
  realDay((value as string).slice(0, 10));
/** `YYYY-MM-DD` of a day that exists. */
export const civilDay: Rule = (value) => matches(DATE)(value) && realDay(value as string);
export const boolean: Rule = (value) => typeof value === "boolean";

/** Whether `value` has the members of `rules` and no other, each as its rule says; those of `optional` may be absent. */
export function obeys(value: unknown, rules: Rules, optional: Rules = {}): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const members = value as Record<string, unknown>;
  if (!Object.keys(rules).every((name) => Object.hasOwn(members, name))) return false;
  // By entries and not by index: a member named `constructor` must find no rule.
  const all = new Map(Object.entries({ ...optional, ...rules }));
  return Object.entries(members).every(([name, member]) => all.get(name)?.(member) === true);
}

/** `Date.parse` takes the 31st of February for the 3rd of March. */
function realDay(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}
