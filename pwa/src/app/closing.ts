/**
 * Closing a stop: what is still open, the manifest of what this tablet signed there, and what became of it since.
 *
 * Nothing forbids to close: a bus leaves when it must. The manifest is sealed without network; the figures follow from
 * central's receipts by themselves, whoever is at work, locked too.
 */
import type { Stop } from "$lib/central/roster";
import type { Manifest } from "$lib/notice/body";
import { MOST_IN_MANIFEST } from "$lib/notice/body";
import type { KeptNoticeOf } from "$lib/notice/ledger";
import { awaitsReceipt, placesOf, type OwnSigned, type Places } from "$lib/record/states";
import { isAwaited, isStillIn, type DayVisit } from "./day";
import type { Desk } from "./desk.svelte";

/** Who keeps the tablet after the stop. */
export type Keeper = Manifest["keeper"];

/** What became of what this tablet signed at a stop. */
export interface ClosingCounts {
  readonly visits: number;
  /** Visits of which central has every record. */
  readonly received: number;
  readonly integrated: number;
  readonly toCorrect: number;
  /** Visits with a record that support has to look at. */
  readonly blocked: number;
  /** Updates, the manifest among them, that central has not said it has. */
  readonly updates: number;
  readonly photos: number;
  /** Where the records are that central has not said it has. */
  readonly places: Places;
}

/** What is left open when a stop is closed. */
export interface OpenMatters {
  readonly drafts: readonly DayVisit[];
  readonly stillIn: readonly DayVisit[];
  /** Booked, and nobody said anything of them: absent, or not yet. */
  readonly awaited: readonly DayVisit[];
  /** Photos taken at the stop that central does not have. */
  readonly photos: number;
}

/** The figures of `stop` among what this tablet signed. */
export function closingCounts(own: readonly OwnSigned[], stop: string): ClosingCounts {
  const here = own.filter(({ row }) => row.stop === stop);
  const current = here.filter(({ row, replacedBy }) => row.kind === "record" && replacedBy === null);
  const visits = [...new Set(current.map(({ row }) => row.visit))].map((visit) =>
    current.filter(({ row }) => row.visit === visit),
  );
  const each = (is: (record: OwnSigned) => boolean): number =>
    visits.filter((records) => records.every(is)).length;
  const some = (is: (record: OwnSigned) => boolean): number =>
    visits.filter((records) => records.some(is)).length;
  const waiting = here.filter(awaitsReceipt);
  return {
    visits: visits.length,
    received: each((record) => !awaitsReceipt(record)),
    integrated: each(({ state }) => state === "integrated"),
    toCorrect: some(({ turn }) => turn === "author"),
    blocked: some(({ state, turn }) => state === "quarantined" && turn !== "author"),
    updates: waiting.filter(({ row }) => row.kind !== "record" && row.photo === null).length,
    photos: new Set(waiting.flatMap(({ row }) => row.photo ?? [])).size,
    places: placesOf(here.filter(({ row }) => row.kind === "record")),
  };
}

/** What is open at `stop`, of its day's `visits`. */
export function openMatters(
  visits: readonly DayVisit[],
  own: readonly OwnSigned[],
  stop: string,
): OpenMatters {
  const drafts = visits.filter((visit) => visit.drafts.length > 0);
  return {
    drafts,
    stillIn: visits.filter((visit) => isStillIn(visit) && !drafts.includes(visit)),
    awaited: visits.filter(isAwaited),
    photos: closingCounts(own, stop).photos,
  };
}

/** Seal the manifest of what this tablet signed at `stop`. Raises what `signNotice` raises. */
export async function closeStop(
  desk: Desk,
  stop: Pick<Stop, "id" | "campaign">,
  keeper: Keeper,
): Promise<void> {
  const here = desk.station.own.filter(({ row }) => row.stop === stop.id);
  const records = here.filter(({ row }) => row.kind === "record");
  const signed = here.map(({ row }) => row.record);
  const visits = new Set(records.map(({ row }) => row.visit)).size;
  // Beyond what one manifest holds there are several: of a stop's day one is enough many times over.
  for (let from = 0; from === 0 || from < signed.length; from += MOST_IN_MANIFEST) {
    await desk.say(stop, {
      kind: "manifest",
      keeper,
      visits,
      records: records.length,
      signed: signed.slice(from, from + MOST_IN_MANIFEST),
    });
  }
}

/** How this tablet closed a stop. */
export interface Closure {
  readonly manifest: KeptNoticeOf<"manifest">;
  /** What was signed there and is in no manifest, a photo once: its loss would not be seen, the stop is to be closed again. */
  readonly since: number;
}

/** How much of what this tablet signed at `stop` is in none of its `manifests`, whatever its kind; a photo counts once. */
export function signedSince(
  own: readonly OwnSigned[],
  stop: string,
  manifests: readonly Pick<Manifest, "signed">[],
): number {
  const told = new Set(manifests.flatMap(({ signed }) => signed));
  const later = own.filter(
    ({ row }) => row.stop === stop && row.kind !== "manifest" && !told.has(row.record),
  );
  const photos = new Set(later.flatMap(({ row }) => row.photo ?? []));
  return later.filter(({ row }) => row.photo === null).length + photos.size;
}

/** The last closure of `stop` by this tablet, or `null`. */
export function closureOf(desk: Desk, stop: string): Closure | null {
  const { device, own } = desk.station;
  const manifests = desk.notices
    .filter((notice): notice is KeptNoticeOf<"manifest"> => notice.body.kind === "manifest")
    .filter((notice) => notice.stop === stop && notice.device === device.device)
    .sort((one, other) => other.sequence - one.sequence);
  const [manifest] = manifests;
  if (manifest === undefined) return null;
  const told = manifests.map(({ body }) => body);
  return { manifest, since: signedSince(own, stop, told) };
}
