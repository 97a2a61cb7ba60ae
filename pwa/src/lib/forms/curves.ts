/**
 * Whether a text is the curves of a spirometer's file, as a `spirometer-file` item holds them (`docs/forms.md`, Curves).
 * `forms/curves.py` says the same of every text; `tests/vectors/forms/curves.json` holds both to it.
 */
import { decimalsOf } from "./numbers";

/** At most this many manoeuvres are kept. */
export const MOST_TRIALS = 8;
/** At most this many points of one curve are kept. */
export const MOST_POINTS = 120;
/** UTF-16 code units of a device's name at most. */
export const LONGEST_DEVICE = 200;

/** UTF-16 code units of the whole text: eight full manoeuvres take about 25 000. */
const LONGEST = 32_768;
const DECIMALS = 3;
const LARGEST_NUMBER = 99;
type Limits = readonly [number, number];
const LITRES: Limits = [0.1, 12];
/** Inclusive limits of what a human being breathes, in s, L and L/s: outside, it is another unit. */
const COLUMNS: Readonly<Record<string, Limits>> = {
  time_s: [-5, 60],
  volume_l: [-12, 12],
  flow_l_s: [-20, 25],
};

/** Whether `text` is curves that can be drawn. */
export function areCurves(text: string): boolean {
  if (text.length > LONGEST) return false;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return false;
  }
  if (!isObject(json) || !hasExactly(json, ["v", "source", "device", "trials"])) return false;
  const { v, source, device, trials } = json;
  if (v !== 1 || typeof source !== "string" || !/^[a-z0-9-]{1,40}$/.test(source)) return false;
  if (typeof device !== "string" || device.length > LONGEST_DEVICE) return false;
  if (!Array.isArray(trials) || trials.length < 1 || trials.length > MOST_TRIALS) return false;
  const numbers = trials.filter(isTrial).map(({ n }) => n);
  return new Set(numbers).size === trials.length;
}

/** One manoeuvre: its number, what was measured, and three columns of one length. */
function isTrial(trial: unknown): trial is { readonly n: number } {
  if (!isObject(trial)) return false;
  const measured = ["fev1", "fvc"].filter((name) => name in trial);
  if (measured.length === 0 || !hasExactly(trial, ["n", ...Object.keys(COLUMNS), ...measured])) return false;
  const { n, fev1, fvc } = trial;
  if (typeof n !== "number" || !Number.isInteger(n) || n < 1 || n > LARGEST_NUMBER) return false;
  if (!measured.every((name) => isWithin(trial[name], LITRES))) return false;
  if (measured.length === 2 && Number(fev1) > Number(fvc)) return false;
  const columns = Object.entries(COLUMNS).map(([name, limits]) => ({ column: trial[name], limits }));
  const lengths = new Set(columns.map(({ column }) => (Array.isArray(column) ? column.length : NaN)));
  const [length = NaN] = lengths;
  if (lengths.size !== 1 || !(length <= MOST_POINTS)) return false;
  if (!columns.every(({ column, limits }) => (column as unknown[]).every((each) => isWithin(each, limits)))) {
    return false;
  }
  const times = trial["time_s"] as readonly number[];
  return times.every((time, index) => index === 0 || (times[index - 1] ?? NaN) <= time);
}

function isWithin(value: unknown, [low, high]: Limits): boolean {
  return typeof value === "number" && low <= value && value <= high && decimalsOf(value) <= DECIMALS;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasExactly(json: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  const found = Object.keys(json);
  return found.length === names.length && names.every((name) => found.includes(name));
}
