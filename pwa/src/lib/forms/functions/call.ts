/** The named functions of `docs/forms.md` on the answers placed before: pure, and the same as the server's. */
import type { Answers, Value } from "../answers";
import { completedYears, dayBefore, daysBetween } from "../dates";
import type { FunctionCall, FunctionName, Question } from "../form";
import { roundHalfUp } from "../numbers";
import { quantity } from "../response";
import { type Arguments, argumentsOf } from "./arguments";
import {
  type GliIndex,
  gliReference,
  type GliReference,
  type GliSet,
  type GliTables,
  lowerLimit,
  percentOfPredicted,
  upperLimit,
  zScore,
} from "./gli";
import { best, countAcceptable, grade, manoeuvres } from "./spirometry";

const DAYS_IN_A_YEAR = 365.25;
/** Up to this birthday, that day included, repeatability is a child's. */
const CHILD_YEARS = 6;

/** What functions know besides the answers: `YYYY-MM-DD`, and the tables, null while they are not loaded. */
export interface Surroundings {
  readonly visitDate: string;
  readonly gli: GliTables | null;
}

type Result = number | string | null;
type Implementation = (given: Arguments, around: Surroundings) => Result;

const IMPLEMENTATIONS: Readonly<Record<FunctionName, Implementation>> = {
  gli,
  "spirometry-grade": (given, { visitDate }) => {
    const birth = given.date("birth-date");
    if (birth === undefined) return null;
    const isChild = completedYears(birth, dayBefore(visitDate)) < CHILD_YEARS;
    return grade(manoeuvresOf(given), isChild);
  },
  "spirometry-best": (given) => best(manoeuvresOf(given)),
  "spirometry-count": (given) => countAcceptable(given.booleans("acceptable")),
  "age-years": (given, { visitDate }) => {
    const birth = given.date("birth-date");
    return birth === undefined || birth > visitDate ? null : completedYears(birth, visitDate);
  },
};

/**
 * The value of `question`, which `call` calculates; undefined when an argument is missing or out of range.
 *
 * A number is rounded half up to the decimals of the question before anything compares it.
 */
export function calledValue(
  question: Question,
  call: FunctionCall,
  before: Answers,
  around: Surroundings,
): Value | undefined {
  const result = IMPLEMENTATIONS[call.name](argumentsOf(call, before), around);
  if (result === null) return undefined;
  if (typeof result === "string") {
    return question.options.find(({ coding }) => coding.code === result)?.coding;
  }
  if (!Number.isFinite(result)) return undefined;
  const decimals = question.type === "integer" ? 0 : question.maxDecimals;
  const rounded = decimals === undefined ? result : roundHalfUp(result, decimals);
  return question.type === "quantity" ? quantity(question, rounded) : rounded;
}

/** The questions that `call` reads, in the order of the form, each once. */
export function linksRead(call: FunctionCall): readonly string[] {
  return [...new Set(call.arguments.flatMap((each) => ("link" in each ? [each.link] : [])))];
}

function manoeuvresOf(given: Arguments): ReturnType<typeof manoeuvres> {
  return manoeuvres(given.numbers("value"), given.booleans("acceptable"), given.booleans("usable"));
}

function gli(given: Arguments, { visitDate, gli: tables }: Surroundings): Result {
  const birth = given.date("birth-date");
  const heightCm = given.number("height");
  const sex = given.code("sex");
  const set = given.code("set");
  const index = given.code("index");
  if (tables === null || birth === undefined || heightCm === undefined) return null;
  if ((sex !== "F" && sex !== "M") || !isSet(set) || !isIndex(index)) return null;
  if (given.lacks("fev1") || given.lacks("fvc")) return null;
  const [fev1, fvc] = [given.number("fev1"), given.number("fvc")];
  if (fev1 !== undefined && fvc !== undefined && fev1 > fvc) return null;
  const age = daysBetween(birth, visitDate) / DAYS_IN_A_YEAR;
  const group = Number(given.code("group") ?? "1");
  const reference = gliReference(tables, { set, index, sex, age, heightCm, group });
  return reference && output(given.code("output"), reference, measured(index, fev1, fvc));
}

/** What was measured of `index`; undefined when it was not, or is no volume. */
function measured(index: GliIndex, fev1: number | undefined, fvc: number | undefined): number | undefined {
  const volume = (litres: number | undefined): number | undefined =>
    litres !== undefined && litres > 0 ? litres : undefined;
  if (index !== "fev1-fvc") return volume(index === "fev1" ? fev1 : fvc);
  const [above, below] = [volume(fev1), volume(fvc)];
  return above === undefined || below === undefined ? undefined : above / below;
}

function output(name: string | undefined, reference: GliReference, value: number | undefined): number | null {
  switch (name) {
    case "predicted":
      return reference.M;
    case "lln":
      return lowerLimit(reference);
    case "uln":
      return upperLimit(reference);
    case "z":
      return value === undefined ? null : zScore(reference, value);
    case "percent":
      return value === undefined ? null : percentOfPredicted(reference, value);
    default:
      return null;
  }
}

function isSet(code: string | undefined): code is GliSet {
  return code === "gli-2012" || code === "gli-2022";
}

function isIndex(code: string | undefined): code is GliIndex {
  return code === "fev1" || code === "fvc" || code === "fev1-fvc";
}
