/** A device's file → its manoeuvres: the border where what comes from outside is read, bounded and refused. */
import { type Curves, MOST_TRIALS, type Trial } from "./curves";
import { isCsv, readCsv } from "./csv";
import { SpirometerFileRefused } from "./errors";
import { isNdd, readNdd } from "./ndd";
import { readXml } from "./xml";

/** Larger files are refused unread: eight manoeuvres sampled at 200 Hz stay well below. */
export const MOST_BYTES = 5_000_000;

/** What a file says. */
export interface DeviceFile {
  readonly curves: Curves;
  /** Whose it is as the file says, to be looked at and not kept; empty where it does not say. Dates are civil. */
  readonly subject: { readonly name: string; readonly birthDate: string; readonly testedOn: string };
  /** Some value was computed here from its curve, the file having given none. */
  readonly computed: boolean;
}

/** Inclusive limits of what a human being breathes out: outside, it is another unit or another file. */
const PLAUSIBLE = { volume_l: [0.1, 12], flow_l_s: [-20, 25], time_s: [-5, 60] } as const;

/** Read the bytes of a file. @throws SpirometerFileRefused */
export function readDeviceFile(bytes: Uint8Array): DeviceFile {
  if (bytes.length === 0) throw new SpirometerFileRefused("empty");
  if (bytes.length > MOST_BYTES) throw new SpirometerFileRefused("too-large");
  const file = readText(decode(bytes));
  const { trials } = file.curves;
  if (trials.length === 0) throw new SpirometerFileRefused("no-trial");
  if (trials.length > MOST_TRIALS) throw new SpirometerFileRefused("too-many-trials");
  if (trials.some((trial) => !isPlausible(trial)) || new Set(trials.map(({ n }) => n)).size < trials.length) {
    throw new SpirometerFileRefused("implausible");
  }
  return file;
}

function readText(source: string): DeviceFile {
  if (/^\s*</.test(source)) {
    const root = readXml(source);
    if (!isNdd(root)) throw new SpirometerFileRefused("unknown-format");
    return readNdd(root);
  }
  if (isCsv(source)) return readCsv(source);
  throw new SpirometerFileRefused("unknown-format");
}

function isPlausible({ n, fev1, fvc, time_s, volume_l, flow_l_s }: Trial): boolean {
  const within = (values: readonly number[], [low, high]: readonly [number, number]): boolean =>
    values.every((value) => low <= value && value <= high);
  if (!Number.isInteger(n) || n < 1 || n > 99) return false;
  if (fev1 === undefined && fvc === undefined) return false;
  const given = [fev1, fvc].filter((value) => value !== undefined);
  if (!within(given, PLAUSIBLE.volume_l)) return false;
  if (fev1 !== undefined && fvc !== undefined && fev1 > fvc) return false;
  return (
    within(time_s, PLAUSIBLE.time_s) &&
    within(volume_l, [-PLAUSIBLE.volume_l[1], PLAUSIBLE.volume_l[1]]) &&
    within(flow_l_s, PLAUSIBLE.flow_l_s)
  );
}

/** UTF-8, UTF-16 with its mark, or the Windows code page of old software; a binary file is none of them. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const utf16 =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
  if (utf16 !== null) return new TextDecoder(utf16).decode(bytes);
  if (bytes.subarray(0, 4096).includes(0)) throw new SpirometerFileRefused("not-text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
