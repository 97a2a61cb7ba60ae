/**
 * Our own plain table, for a device whose software exports points and no format that we read:
 * `trial,time_s,volume_l,flow_l_s`, one line a sample, optionally with `fev1_l` and `fvc_l` as the device gives them.
 *
 * Separators are `;`, tab or `,`; the decimal comma is read with the first two. Lines beginning with `#` are left out,
 * but `# device: <model>`.
 */
import { columnsOf, type Point, type Trial } from "./curves";
import { SpirometerFileRefused } from "./errors";
import { measure } from "./measure";
import { readNumber } from "./number";
import type { DeviceFile } from "./read";

const NEEDED = ["trial", "time_s", "volume_l", "flow_l_s"] as const;
/** A second of a 200 Hz device, over eight manoeuvres of 20 s. */
const MOST_LINES = 40_000;

interface Given {
  readonly points: Point[];
  fev1: number | undefined;
  fvc: number | undefined;
}

/** Whether the first line that says anything is a header of ours. */
export function isCsv(source: string): boolean {
  const header = lines(source).find(({ text }) => !text.startsWith("#"));
  return header !== undefined && /^"?trial"?\s*[;,\t]/i.test(header.text);
}

/** The manoeuvres of `source`. @throws SpirometerFileRefused */
export function readCsv(source: string): DeviceFile {
  const written = lines(source);
  if (written.length > MOST_LINES) throw new SpirometerFileRefused("too-many-points");
  const device = /^#\s*device\s*:\s*(.+)$/i.exec(
    written.find(({ text }) => /^#\s*device/i.test(text))?.text ?? "",
  );
  const [header, ...rows] = written.filter(({ text }) => !text.startsWith("#"));
  const separator = [";", "\t", ","].find((each) => header?.text.includes(each)) ?? ",";
  const columns = cells(header?.text ?? "", separator).map((name) => name.toLowerCase());
  if (NEEDED.some((name) => !columns.includes(name))) {
    throw new SpirometerFileRefused("columns", header?.number ?? null);
  }
  const trials = new Map<number, Given>();
  for (const { text, number } of rows) addRow(trials, columns, cells(text, separator), number);
  const read = [...trials].map(([n, given]) => asTrial(n, given));
  return {
    curves: {
      v: 1,
      source: "escale-csv",
      device: device?.[1]?.trim().slice(0, 100) ?? "",
      trials: read.map(({ trial }) => trial).sort((one, other) => one.n - other.n),
    },
    subject: { name: "", birthDate: "", testedOn: "" },
    computed: read.some(({ computed }) => computed),
  };
}

function lines(source: string): readonly { readonly text: string; readonly number: number }[] {
  return source
    .split(/\r\n|\n|\r/)
    .map((text, index) => ({ text: text.trim(), number: index + 1 }))
    .filter(({ text }) => text !== "");
}

function cells(line: string, separator: string): readonly string[] {
  return line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function addRow(
  trials: Map<number, Given>,
  columns: readonly string[],
  row: readonly string[],
  line: number,
): void {
  if (row.length !== columns.length) throw new SpirometerFileRefused("columns", line);
  const cell = (name: string): string => row[columns.indexOf(name)] ?? "";
  const n = readNumber(cell("trial"), line);
  if (!Number.isInteger(n) || n < 1) throw new SpirometerFileRefused("number", line);
  const point = {
    time_s: readNumber(cell("time_s"), line),
    volume_l: readNumber(cell("volume_l"), line),
    flow_l_s: readNumber(cell("flow_l_s"), line),
  };
  const given = trials.get(n) ?? { points: [], fev1: undefined, fvc: undefined };
  trials.set(n, given);
  const before = given.points.at(-1);
  // Time goes forward: lines out of order are another table, or one that was sorted by another column.
  if (before !== undefined && point.time_s <= before.time_s)
    throw new SpirometerFileRefused("implausible", line);
  given.points.push(point);
  if (cell("fev1_l") !== "") given.fev1 ??= readNumber(cell("fev1_l"), line);
  if (cell("fvc_l") !== "") given.fvc ??= readNumber(cell("fvc_l"), line);
}

function asTrial(
  n: number,
  { points, ...given }: Given,
): { readonly trial: Trial; readonly computed: boolean } {
  const measured = measure(points);
  const fev1 = given.fev1 ?? measured.fev1;
  const fvc = given.fvc ?? measured.fvc;
  return {
    computed: given.fev1 === undefined || given.fvc === undefined,
    trial: {
      n,
      ...(fev1 === undefined ? {} : { fev1 }),
      ...(fvc === undefined ? {} : { fvc }),
      ...columnsOf(points),
    },
  };
}
