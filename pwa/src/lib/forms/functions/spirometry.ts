/**
 * The manoeuvres of one spirometry judged together: ATS/ERS 2019 (Graham et al., Am J Respir Crit Care Med
 * 2019;200:e70-e88, table 10). Acceptability and usability are the operator's or the device's word.
 */
import { roundHalfUp } from "../numbers";

/** One manoeuvre: litres, and what was said of it. What is not known is undefined, and is not "no". */
export interface Manoeuvre {
  readonly value: number | undefined;
  readonly acceptable: boolean | undefined;
  readonly usable: boolean | undefined;
}

/** A: at least three acceptable, close to each other … E: alone or far apart; U: only usable ones; F: none. */
export type Grade = "A" | "B" | "C" | "D" | "E" | "F" | "U";

/** The largest difference of the best two in mL: for A and B, for C, for D. */
const ADULT_LIMITS = [150, 200, 250] as const;
/** Up to six years of age, where 10 % of the best value is taken when it is more. */
const CHILD_LIMITS = [100, 150, 200] as const;

/** Manoeuvre i is the i-th value with the i-th judgements. */
export function manoeuvres(
  values: readonly (number | undefined)[],
  acceptable: readonly (boolean | undefined)[],
  usable: readonly (boolean | undefined)[],
): readonly Manoeuvre[] {
  return values.map((value, i) => ({ value, acceptable: acceptable[i], usable: usable[i] }));
}

/**
 * The grade of the manoeuvres that were made, those with a value or a judgement; null when none was.
 *
 * Null too while a grade would take what is not known for no: one of unknown acceptability, an acceptable one without
 * value, or, when none is acceptable nor usable, one of which it is not known whether it is usable.
 */
export function grade(all: readonly Manoeuvre[], isChild: boolean): Grade | null {
  const made = all.filter(
    ({ value, acceptable, usable }) =>
      value !== undefined || acceptable !== undefined || usable !== undefined,
  );
  if (made.length === 0 || made.some(({ acceptable }) => acceptable === undefined)) return null;
  const acceptable = made.filter((each) => each.acceptable === true);
  if (acceptable.length === 0) return gradeWithoutAcceptable(made);
  const known = acceptable.map(({ value }) => value).filter((value) => value !== undefined);
  if (known.length < acceptable.length) return null;
  const [best = 0, second] = known.map(millilitres).toSorted((a, b) => b - a);
  return second === undefined ? "E" : repeatability(best, second, known.length, isChild);
}

function gradeWithoutAcceptable(made: readonly Manoeuvre[]): Grade | null {
  if (made.some(({ usable }) => usable === true)) return "U";
  return made.every(({ usable }) => usable === false) ? "F" : null;
}

function repeatability(best: number, second: number, count: number, isChild: boolean): Grade {
  // Ten times the difference against the best value: a tenth of whole millilitres is not whole.
  const within = (limit: number): boolean =>
    best - second <= limit || (isChild && (best - second) * 10 <= best);
  const [ab, c, d] = isChild ? CHILD_LIMITS : ADULT_LIMITS;
  if (within(ab)) return count >= 3 ? "A" : "B";
  if (within(c)) return "C";
  return within(d) ? "D" : "E";
}

function millilitres(litres: number): number {
  return roundHalfUp(litres * 1000, 0);
}

/** The largest acceptable value, else the largest usable one, in litres; null when there is neither. */
export function best(all: readonly Manoeuvre[]): number | null {
  const largest = (kept: (each: Manoeuvre) => boolean): number | null => {
    const values = all.flatMap((each) => (kept(each) && each.value !== undefined ? [each.value] : []));
    return values.length > 0 ? Math.max(...values) : null;
  };
  return largest(({ acceptable }) => acceptable === true) ?? largest(({ usable }) => usable === true);
}

/** How many are acceptable; null when none was judged. */
export function countAcceptable(acceptable: readonly (boolean | undefined)[]): number | null {
  const judged = acceptable.filter((each) => each !== undefined);
  return judged.length > 0 ? judged.filter((each) => each).length : null;
}
