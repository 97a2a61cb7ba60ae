/** The curves of forced expirations, as a record keeps them (`docs/forms.md`, Curves). */
import { LONGEST_DEVICE, MOST_POINTS, MOST_TRIALS } from "$lib/forms/curves";
import { roundHalfUp } from "$lib/forms/numbers";

export { MOST_POINTS, MOST_TRIALS };

/** One manoeuvre. Volumes in L, flows in L/s, times in s; the three lists have one length, empty without a curve. */
export interface Trial {
  /** Its number on the device, from 1. */
  readonly n: number;
  readonly fev1?: number;
  readonly fvc?: number;
  readonly time_s: readonly number[];
  readonly volume_l: readonly number[];
  readonly flow_l_s: readonly number[];
}

/** What a `spirometer-file` item holds, as JSON. */
export interface Curves {
  readonly v: 1;
  /** `ndd-xml` or `escale-csv`. */
  readonly source: string;
  /** Model and serial number as the file says them; empty when it does not. */
  readonly device: string;
  readonly trials: readonly Trial[];
}

/** One sample of a curve. */
export interface Point {
  readonly time_s: number;
  readonly volume_l: number;
  readonly flow_l_s: number;
}

/** The compact JSON that is stored: three decimals, at most `most` points a curve. */
export function writeCurves(curves: Curves, most = MOST_POINTS): string {
  const three = (values: readonly number[]): number[] => values.map((value) => roundHalfUp(value, 3));
  return JSON.stringify({
    v: 1,
    source: curves.source,
    device: curves.device.slice(0, LONGEST_DEVICE),
    trials: curves.trials.slice(0, MOST_TRIALS).map((trial) => {
      const kept = fewer(pointsOf(trial), Math.min(most, MOST_POINTS));
      return {
        n: trial.n,
        ...(trial.fev1 === undefined ? {} : { fev1: roundHalfUp(trial.fev1, 3) }),
        ...(trial.fvc === undefined ? {} : { fvc: roundHalfUp(trial.fvc, 3) }),
        time_s: three(kept.map(({ time_s }) => time_s)),
        volume_l: three(kept.map(({ volume_l }) => volume_l)),
        flow_l_s: three(kept.map(({ flow_l_s }) => flow_l_s)),
      };
    }),
  });
}

/** The curves that {@link writeCurves} wrote; null when `text` is anything else. */
export function readCurves(text: string): Curves | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const { v, source, device, trials } = record(json);
  if (v !== 1 || typeof source !== "string" || typeof device !== "string" || !Array.isArray(trials))
    return null;
  const read = trials.map(readTrial);
  return read.every((trial) => trial !== null) ? { v, source, device, trials: read } : null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readTrial(value: unknown): Trial | null {
  const { n, fev1, fvc, time_s, volume_l, flow_l_s } = record(value);
  const times = numbers(time_s);
  const volumes = numbers(volume_l);
  const flows = numbers(flow_l_s);
  if (typeof n !== "number" || !times || !volumes || !flows) return null;
  if (times.length !== volumes.length || times.length !== flows.length) return null;
  return {
    n,
    ...(typeof fev1 === "number" ? { fev1 } : {}),
    ...(typeof fvc === "number" ? { fvc } : {}),
    time_s: times,
    volume_l: volumes,
    flow_l_s: flows,
  };
}

function numbers(value: unknown): number[] | null {
  const all = Array.isArray(value) ? (value as unknown[]) : null;
  return all?.every((each): each is number => typeof each === "number" && Number.isFinite(each)) ? all : null;
}

/** The samples of `trial`, in time. */
export function pointsOf({ time_s, volume_l, flow_l_s }: Trial): readonly Point[] {
  return time_s.map((time, index) => ({
    time_s: time,
    volume_l: volume_l[index] ?? 0,
    flow_l_s: flow_l_s[index] ?? 0,
  }));
}

/** Lists of samples as a {@link Trial} holds them. */
export function columnsOf(points: readonly Point[]): Pick<Trial, "time_s" | "volume_l" | "flow_l_s"> {
  return {
    time_s: points.map(({ time_s }) => time_s),
    volume_l: points.map(({ volume_l }) => volume_l),
    flow_l_s: points.map(({ flow_l_s }) => flow_l_s),
  };
}

/** The highest flow, in L/s; undefined without a curve. */
export function peakFlow({ flow_l_s }: Trial): number | undefined {
  return flow_l_s.length === 0 ? undefined : Math.max(...flow_l_s);
}

/** How long the expiration was recorded, in s; undefined without a curve. */
export function duration({ time_s }: Trial): number | undefined {
  const first = time_s[0];
  const last = time_s.at(-1);
  return first === undefined || last === undefined ? undefined : last - first;
}

/**
 * `points` with at most `most` of them, of the same shape: largest triangles in as many buckets (Steinarsson 2013),
 * over time and flow, which is what a reader looks at. The first, the last and the peak are always kept.
 */
export function fewer(points: readonly Point[], most: number): readonly Point[] {
  const first = points[0];
  const last = points.at(-1);
  if (points.length <= most || first === undefined || last === undefined) return points;
  const peak = points.reduce((best, point) => (point.flow_l_s > best.flow_l_s ? point : best), first);
  const inner = points.slice(1, -1);
  const bucketOf = (number: number): readonly Point[] => {
    const start = Math.floor((number * inner.length) / (most - 2));
    return inner.slice(start, Math.floor(((number + 1) * inner.length) / (most - 2)));
  };
  const kept: Point[] = [first];
  for (let number = 0; number < most - 2; number += 1) {
    const bucket = bucketOf(number);
    const next = number + 1 < most - 2 ? bucketOf(number + 1) : [last];
    const middle = mean(next);
    const before = kept.at(-1) ?? first;
    const area = (point: Point): number =>
      Math.abs(
        (before.time_s - middle.time_s) * (point.flow_l_s - before.flow_l_s) -
          (before.time_s - point.time_s) * (middle.flow_l_s - before.flow_l_s),
      );
    const largest = bucket.reduce<Point | null>(
      (best, point) => (best === null || area(point) > area(best) ? point : best),
      null,
    );
    const chosen = bucket.includes(peak) ? peak : largest;
    if (chosen) kept.push(chosen);
  }
  return [...kept, last];
}

function mean(points: readonly Point[]): { readonly time_s: number; readonly flow_l_s: number } {
  const sum = (of: (point: Point) => number): number => points.reduce((total, point) => total + of(point), 0);
  return {
    time_s: sum(({ time_s }) => time_s) / points.length,
    flow_l_s: sum(({ flow_l_s }) => flow_l_s) / points.length,
  };
}
