/**
 * What became of what was signed on this tablet, told from central's receipts and from nothing else.
 *
 * | receipt | record digest in it | state |
 * |---|---|---|
 * | none | | `on-tablet` |
 * | any state | another than ours | `on-tablet`: it is not about what we signed |
 * | `received`, `quarantined` | ours, or none | `received`, `quarantined` |
 * | `integrated`, `to_correct` | ours | `integrated`, `to-correct` |
 * | `integrated`, `to_correct` | none | `on-tablet` |
 *
 * All of it is readable while the vault is locked.
 */
import type { CentralReader } from "../central/reader";
import type { Receipt, Turn } from "../central/receipt";
import type { Store } from "../store/database";
import type { SealedRow } from "../store/schema";

/** Where a record or a notice stands. */
export type RecordState = "on-tablet" | "received" | "integrated" | "to-correct" | "quarantined";

/** Where a record stands, whose turn it is and why. */
export interface RecordStanding {
  readonly state: RecordState;
  readonly turn: Turn | null;
  readonly reasons: readonly string[];
  /** When central said so, RFC 3339; `null` while it said nothing. */
  readonly at: string | null;
  /** The receipt that counts, or `null`. */
  readonly receipt: Receipt | null;
}

/** A record or a notice of this tablet with its standing. */
export interface OwnSigned extends RecordStanding {
  readonly row: SealedRow;
  /** Envelope id of the own record that replaces it, or `null`. */
  readonly replacedBy: string | null;
}

/** The figures of the state line. A record that was replaced is nobody's turn any more. */
export interface StandingCounts {
  /** Central has not said that it has them. */
  readonly waiting: number;
  readonly received: number;
  readonly integrated: number;
  /** To be corrected by their author. */
  readonly toCorrect: number;
  /** Stopped, and support's turn. */
  readonly blocked: number;
}

const STATES = {
  received: "received",
  integrated: "integrated",
  to_correct: "to-correct",
  quarantined: "quarantined",
} as const;

const NOWHERE: RecordStanding = { state: "on-tablet", turn: null, reasons: [], at: null, receipt: null };

/** Where the record with digest `record` stands, given the `receipt` of its envelope. */
export function standingOf(record: string, receipt: Receipt | undefined): RecordStanding {
  if (receipt === undefined) return NOWHERE;
  const opened = receipt.state === "integrated" || receipt.state === "to_correct";
  if (receipt.record !== record && (receipt.record !== null || opened)) return NOWHERE;
  const { turn, reasons, at } = receipt;
  return { state: STATES[receipt.state], turn, reasons, at, receipt };
}

/** Every record and notice of this tablet, latest first. */
export async function ownSigned(store: Store, reader: CentralReader): Promise<readonly OwnSigned[]> {
  const rows = await store.read(["sealed"], async ({ sealed }) => sealed.all());
  const receipts = await reader.receipts(rows.map(({ envelope }) => envelope));
  const replacedBy = new Map(
    rows.flatMap(({ envelope, replaces }) => (replaces === null ? [] : [[replaces, envelope]])),
  );
  return rows
    .sort((one, other) => other.sequence - one.sequence)
    .map((row) => ({
      row,
      ...standingOf(row.record, receipts.get(row.envelope)),
      replacedBy: replacedBy.get(row.envelope) ?? null,
    }));
}

/** The figures of the records among `signed`: a notice is none. */
export function countStandings(signed: readonly OwnSigned[]): StandingCounts {
  const among = (state: RecordState): readonly OwnSigned[] =>
    signed.filter((each) => each.row.kind === "record" && each.state === state);
  const current = (state: RecordState): number =>
    among(state).filter(({ replacedBy }) => replacedBy === null).length;
  return {
    waiting: among("on-tablet").length,
    received: among("received").length,
    integrated: among("integrated").length,
    toCorrect: current("to-correct"),
    blocked: current("quarantined"),
  };
}
