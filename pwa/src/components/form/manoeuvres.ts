/** Where the values of a device's file go: the groups `<section>.blow1` to `blow8` beside the curves. */
import { type Answers, type Entries, numberOf, type Value, valuesOf } from "$lib/forms/answers";
import { type Form, isQuestion, type Question } from "$lib/forms/form";
import { roundHalfUp } from "$lib/forms/numbers";
import { quantity } from "$lib/forms/response";
import { type Curves, MOST_POINTS, MOST_TRIALS, type Trial, writeCurves } from "$lib/spirometry";

/** The question that holds one value of the n-th manoeuvre; null when the form has none. */
export function manoeuvreQuestion(
  form: Form,
  curves: Question,
  n: number,
  of: "fev1" | "fvc",
): Question | null {
  const beside = curves.linkId.split(".").slice(0, -1).join(".");
  const item = form.items.get(`${beside}.blow${n}.${of}`);
  return isQuestion(item) ? item : null;
}

/**
 * All that the form asks of the manoeuvres beside `curves`, a list for each of its groups: their values, and what was judged
 * of those values. Another file is other manoeuvres: nothing that was said of the former ones holds.
 */
export function manoeuvreGroups(form: Form, curves: Question): readonly (readonly Question[])[] {
  const beside = curves.linkId.split(".").slice(0, -1).join(".");
  return Array.from({ length: MOST_TRIALS }, (_, index) =>
    form.questions.filter(
      ({ linkId, calculation }) =>
        calculation === undefined && linkId.startsWith(`${beside}.blow${String(index + 1)}.`),
    ),
  ).filter((group) => group.length > 0);
}

/** How many manoeuvres beside `curves` hold something, be it typed and no answer yet. */
export function heldManoeuvres(
  form: Form,
  curves: Question,
  held: { readonly answers: Answers; readonly entries: Entries },
): number {
  return manoeuvreGroups(form, curves).filter((group) =>
    group.some(({ linkId }) => held.answers[linkId] !== undefined || (held.entries[linkId] ?? "") !== ""),
  ).length;
}

/** Manoeuvres in the order of the device, numbered from 1 as the form's groups are. */
export function renumbered(curves: Curves): Curves {
  return { ...curves, trials: curves.trials.map((trial, index) => ({ ...trial, n: index + 1 })) };
}

/** `number` litres as an answer to `question`, rounded half up to its decimals. */
export function litres(question: Question, number: number): Value {
  const rounded = roundHalfUp(number, question.maxDecimals ?? 3);
  return question.type === "quantity" ? quantity(question, rounded) : rounded;
}

/** What accepting `curves` answers: the curves themselves, and the values of each manoeuvre. */
export function accepted(
  form: Form,
  question: Question,
  curves: Curves,
): readonly { readonly question: Question; readonly values: readonly Value[] }[] {
  const values = curves.trials.flatMap((trial) =>
    (["fev1", "fvc"] as const).flatMap((of) => {
      const target = manoeuvreQuestion(form, question, trial.n, of);
      const value = trial[of];
      return target === null || value === undefined
        ? []
        : [{ question: target, values: [litres(target, value)] }];
    }),
  );
  return [{ question, values: [fitting(curves, question.maxLength)] }, ...values];
}

/** The JSON of `curves`, with fewer points where the item has no room for all. */
function fitting(curves: Curves, maxLength = Infinity): string {
  for (let most = MOST_POINTS; most > 10; most = Math.floor(most / 2)) {
    const text = writeCurves(curves, most);
    if (text.length <= maxLength) return text;
  }
  return writeCurves({ ...curves, trials: curves.trials.map(withoutCurve) });
}

function withoutCurve(trial: Trial): Trial {
  return { ...trial, time_s: [], volume_l: [], flow_l_s: [] };
}

/** The number that `linkId` of `answer` holds, when it is another than `value`. */
export function otherNumber(answer: Parameters<typeof valuesOf>[0], value: Value): number | undefined {
  const held = numberOf(valuesOf(answer)[0]);
  return held !== undefined && held !== numberOf(value) ? held : undefined;
}
