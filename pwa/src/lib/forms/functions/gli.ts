/**
 * Reference values of spirometry by the equations of the Global Lung Function Initiative, for ages 3 to 95.
 *
 * GLI-2012: Quanjer et al., Eur Respir J 2012;40:1324-1343. GLI Global 2022, which needs no ethnic group: Bowerman et
 * al., Am J Respir Crit Care Med 2023;207:768-774. Formulas and tables: `forms/data/README.md`, `forms/data/gli.json`.
 * Nothing is extrapolated: outside what the equations cover there is no value.
 */

/** The sets of equations. A z-score of one is never compared with a z-score of another. */
export type GliSet = "gli-2012" | "gli-2022";

/** What is measured: litres, litres, a ratio from 0 to 1. */
export type GliIndex = "fev1" | "fvc" | "fev1-fvc";

/** One index of one sex: coefficients by name, and splines at each quarter of a year. */
export interface GliTable {
  readonly coefficients: Readonly<Record<string, number>>;
  readonly m: readonly number[];
  readonly s: readonly number[];
  /** Left out where it is 0 at every age. */
  readonly l?: readonly number[];
}

/** `forms/data/gli.json`. */
export interface GliTables {
  readonly age: { readonly from: number; readonly to: number; readonly step: number };
  readonly sets: Readonly<Record<GliSet, Readonly<Record<GliIndex, Readonly<Record<"F" | "M", GliTable>>>>>>;
}

/** Whose reference values are asked. */
export interface GliSubject {
  readonly set: GliSet;
  readonly index: GliIndex;
  readonly sex: "F" | "M";
  /** Decimal years. */
  readonly age: number;
  readonly heightCm: number;
  /** Of GLI-2012 only: 1 to 5. */
  readonly group: number;
}

/** The distribution of healthy people like the subject: skewness, median, coefficient of variation. */
export interface GliReference {
  readonly L: number;
  readonly M: number;
  readonly S: number;
}

/** The z of the limits of normal, as the reference calculator of the ERS takes it: the 5th and 95th centiles. */
const LIMIT = 1.645;
/** Guards the row of an age that binary fractions put just below its quarter of a year. */
const EPSILON = 1e-9;

/** The reference of `subject`; null outside the ages of the tables, or without a height. */
export function gliReference(tables: GliTables, subject: GliSubject): GliReference | null {
  const { set, index, sex, age, heightCm, group } = subject;
  const { from, to, step } = tables.age;
  if (!(age >= from && age <= to && heightCm > 0)) return null;
  const { coefficients, m, s, l } = tables.sets[set][index][sex];
  const row = Math.floor((age - from) / step + EPSILON);
  const weight = (age - (from + row * step)) / step;
  const spline = (values: readonly number[] | undefined): number => {
    const here = values?.[row] ?? 0;
    return here + ((values?.[row + 1] ?? here) - here) * weight;
  };
  const c = (name: string): number => coefficients[name] ?? 0;
  const ofGroup = (first: string, others: readonly string[]): number =>
    set === "gli-2012" && group > 1 ? c(others[group - 2] ?? first) : 0;
  const lnAge = Math.log(age);
  return {
    L: c("q0") + c("q1") * lnAge + spline(l),
    M: Math.exp(
      c("a0") +
        c("a1") * Math.log(heightCm) +
        c("a2") * lnAge +
        ofGroup("a3", ["a3", "a4", "a5", "a6"]) +
        spline(m),
    ),
    S: Math.exp(c("p0") + c("p1") * lnAge + ofGroup("p2", ["p2", "p3", "p4", "p5"]) + spline(s)),
  };
}

/** The lower limit of normal, in the unit of the index. */
export function lowerLimit({ L, M, S }: GliReference): number {
  return Math.exp(Math.log(M) + Math.log(1 - LIMIT * L * S) / L);
}

/** The upper limit of normal, in the unit of the index. */
export function upperLimit({ L, M, S }: GliReference): number {
  return Math.exp(Math.log(M) + Math.log(1 + LIMIT * L * S) / L);
}

/** How many standard deviations `measured` is from the median. */
export function zScore({ L, M, S }: GliReference, measured: number): number {
  return ((measured / M) ** L - 1) / (L * S);
}

/** `measured` in percent of the predicted value. */
export function percentOfPredicted({ M }: GliReference, measured: number): number {
  return (100 * measured) / M;
}
