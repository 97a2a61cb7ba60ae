/**
 * What became of what was signed, told from central's receipts and from nothing else; and until there is one, where it is
 * known to be (wire §7), which does not make it done.
 *
 * | receipt | record digest in it | state |
 * |---|---|---|
 * | none | | `on-tablet`, `on-hub`, `at-central`: its {@link Place} |
 * | any state | another than ours | the same: it is not about what we signed |
 * | `received`, `quarantined` | ours, or none | `received`, `quarantined` |
 * | `integrated`, `to_correct` | ours | `integrated`, `to-correct` |
 * | `integrated`, `to_correct` | none | the same |
 *
 * All of it is readable while the vault is locked.
 */
import type { CentralReader } from "../central/reader";
import type { Receipt, Turn } from "../central/receipt";
import type { Store } from "../store/database";
import type { SealedRow } from "../store/schema";
import { readWhereabouts, type Whereabouts } from "./whereabouts";

/** Where what has no receipt is, as far as nodes told. */
export type PlaceState = "on-tablet" | "on-hub" | "at-central";

/** Where a record or a notice stands. */
export type RecordState = PlaceState | "received" | "integrated" | "to-correct" | "quarantined";

/** Where what has no receipt is, and since when a node is known to hold it, in ms since the epoch. */
export interface Place {
  readonly state: PlaceState;
  readonly since: number | null;
}

/** Where a record stands, whose turn it is and why. */
export interface RecordStanding {
  readonly state: RecordState;
  readonly turn: Turn | null;
  readonly reasons: readonly string[];
  /** When central said so, RFC 3339; `null` while it said nothing. */
  readonly at: string | null;
  /** Without a receipt: since when the node that holds it is known to, in ms since the epoch. */
  readonly since: number | null;
  /** The receipt that counts, or `null`. */
  readonly receipt: Receipt | null;
}

/** A record or a notice of this tablet with its standing. */
export interface OwnSigned extends RecordStanding {
  readonly row: SealedRow;
  /** Envelope id of the own record that replaces it, or `null`. */
  readonly replacedBy: string | null;
}

/** How many of some have no receipt, by where they are. */
export interface Places {
  readonly onTablet: number;
  readonly onHub: number;
  readonly atCentral: number;
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

/** What no node is known to hold. */
export const ON_TABLET: Place = { state: "on-tablet", since: null };

/** Whether central has not yet said that it has this: only its receipt does. */
export function awaitsReceipt({ state }: { readonly state: RecordState }): boolean {
  return state === "on-tablet" || state === "on-hub" || state === "at-central";
}

/**
 * The place of an envelope that `held` says where it is. One of a teammate of which nothing is noted came from central:
 * what a hub gives is noted as it comes.
 */
export function placeOf(held: Whereabouts | undefined, own: boolean): Place {
  if (held === undefined) return own ? ON_TABLET : { state: "at-central", since: null };
  return { state: held.kind === "hub" ? "on-hub" : "at-central", since: held.since };
}

/** Where the record with digest `record` stands, given the `receipt` of its envelope, and its place without one. */
export function standingOf(
  record: string,
  receipt: Receipt | undefined,
  place: Place = ON_TABLET,
): RecordStanding {
  const unsaid = { ...place, turn: null, reasons: [], at: null, receipt: null };
  if (receipt === undefined) return unsaid;
  const opened = receipt.state === "integrated" || receipt.state === "to_correct";
  if (receipt.record !== record && (receipt.record !== null || opened)) return unsaid;
  const { turn, reasons, at } = receipt;
  return { state: STATES[receipt.state], turn, reasons, at, since: null, receipt };
}

/** Every record and notice of this tablet, latest first. */
export async function ownSigned(store: Store, reader: CentralReader): Promise<readonly OwnSigned[]> {
  const rows = await store.read(["sealed"], async ({ sealed }) => sealed.all());
  const receipts = await reader.receipts(rows.map(({ envelope }) => envelope));
  const whereabouts = await readWhereabouts(store);
  const replacedBy = new Map(
    rows.flatMap(({ envelope, replaces }) => (replaces === null ? [] : [[replaces, envelope]])),
  );
  return rows
    .sort((one, other) => other.sequence - one.sequence)
    .map((row) => ({
      row,
      ...standingOf(row.record, receipts.get(row.envelope), placeOf(whereabouts.get(row.envelope), true)),
      replacedBy: replacedBy.get(row.envelope) ?? null,
    }));
}

/** Where those of `signed` are that have no receipt. */
export function placesOf(signed: readonly { readonly state: RecordState }[]): Places {
  const among = (place: PlaceState): number => signed.filter(({ state }) => state === place).length;
  return { onTablet: among("on-tablet"), onHub: among("on-hub"), atCentral: among("at-central") };
}

/** The figures of the records among `signed`: a notice is none. */
export function countStandings(signed: readonly OwnSigned[]): StandingCounts {
  const among = (state: RecordState): readonly OwnSigned[] =>
    signed.filter((each) => each.row.kind === "record" && each.state === state);
  const current = (state: RecordState): number =>
    among(state).filter(({ replacedBy }) => replacedBy === null).length;
  return {
    waiting: signed.filter((each) => each.row.kind === "record" && awaitsReceipt(each)).length,
    received: among("received").length,
    integrated: among("integrated").length,
    toCorrect: current("to-correct"),
    blocked: current("quarantined"),
  };
}
