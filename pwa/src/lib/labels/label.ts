/**
 * The labels that people wear at a stand (wire §4.1): a QR and a number, each of which names a visit.
 *
 * The visit is computed from the sheet's seed, so that reception and stations, on tablets without network, write records
 * of one visit without telling each other anything.
 */
import type { LabelSheet } from "../central/roster";
import { sha256Hex } from "../crypto/digest";

/** More labels than that are on no sheet. */
export const MOST_LABELS = 500;

/** What a label says. */
export interface Label {
  readonly visit: string;
  readonly number: number;
}

/** Why what was read or typed is no label of this stand. */
export type LabelFault =
  /** Not one of our labels at all: another QR. */
  | "foreign"
  /** Of no sheet that this tablet knows: whoever made it may have written any visit on it. */
  | "unknown"
  /** No label of the sheet bears this number. */
  | "number";

/** A label, or why there is none. */
export type LabelReading =
  | {
      readonly kind: "label";
      readonly label: Label;
      /** Whether it is of the sheet of this stop: one of another known sheet names a visit all the same. */
      readonly ours: boolean;
    }
  | { readonly kind: "fault"; readonly fault: LabelFault };

const QR = /^ESCALE\/P\/([0-9A-F]{32})\/([0-9]{1,3})$/;

/** The visit of label `number` of the sheet `seed`: the first 32 hex of SHA-256(`"escale-label:" + seed + ":" + n`). */
export async function labelVisit(seed: string, number: number): Promise<string> {
  return uuidForm((await sha256Hex(`escale-label:${seed}:${number}`)).slice(0, 32));
}

/** The label whose QR says `text`; `sheet` is the one of the stop, or `null`, `others` those of other stops. */
export async function readLabel(
  text: string,
  sheet: LabelSheet | null,
  others: readonly LabelSheet[],
): Promise<LabelReading> {
  const [, hex, digits] = QR.exec(text.trim()) ?? [];
  const number = Number(digits);
  if (hex === undefined || number < 1 || number > MOST_LABELS) return { kind: "fault", fault: "foreign" };
  const visit = uuidForm(hex.toLowerCase());
  const label = { visit, number };
  if (sheet !== null && (await isOf(sheet, label))) return { kind: "label", label, ours: true };
  const theirs = await Promise.all(others.map((other) => isOf(other, label)));
  return theirs.includes(true) ? { kind: "label", label, ours: false } : { kind: "fault", fault: "unknown" };
}

/** The label of `sheet` whose number somebody typed: of another sheet a number alone says nothing. */
export async function typedLabel(typed: string, sheet: LabelSheet | null): Promise<LabelReading> {
  const digits = typed.replaceAll(/\s/g, "");
  const number = /^[0-9]{1,3}$/.test(digits) ? Number(digits) : 0;
  if (sheet === null || number < 1 || number > sheet.count) return { kind: "fault", fault: "number" };
  return { kind: "label", label: { visit: await labelVisit(sheet.seed, number), number }, ours: true };
}

async function isOf({ seed, count }: LabelSheet, { visit, number }: Label): Promise<boolean> {
  return number <= count && (await labelVisit(seed, number)) === visit;
}

function uuidForm(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
