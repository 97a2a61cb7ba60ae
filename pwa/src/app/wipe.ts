/**
 * May this tablet be wiped? Only when nothing of it would be lost: central has said that it has all of it. A photo that
 * the node refused for good would stay here for ever: it is given up only alone, and only by whoever says how many.
 */
import { countOpenDrafts } from "$lib/drafts/drafts";
import { countWaitingPhotos } from "$lib/photo/rows";
import { awaitsReceipt, ownSigned, type OwnSigned } from "$lib/record/states";
import { countResponses } from "$lib/satisfaction/box";
import { readJournal } from "$lib/sync/journal";
import type { Station } from "./station.svelte";

/** What would be lost. Readable while locked. */
export interface Hindrances {
  /** Records without a receipt. */
  readonly records: number;
  /** Notices without a receipt, but photos. */
  readonly updates: number;
  /** Photos without a receipt for each piece, or not signed whole yet, those refused aside. */
  readonly photos: number;
  /** Photos of which the node refused a piece for good. */
  readonly refused: number;
  /** Drafts neither signed nor put aside. */
  readonly drafts: number;
  /** Satisfaction answers that were not sent. */
  readonly satisfaction: number;
}

/** What stands against wiping, looked at anew: what is on screen may be a moment old. */
export async function hindrancesOf(station: Station): Promise<Hindrances> {
  const { store } = station.environment;
  const { central, replica } = await station.holdings();
  const waiting = (await ownSigned(store, central)).filter(awaitsReceipt);
  const { denied } = await readJournal(replica);
  const { photos, refused } = photosWaiting(waiting, (envelope) => envelope in denied);
  return {
    records: waiting.filter(({ row }) => row.kind === "record").length,
    updates: waiting.filter(({ row }) => row.kind !== "record" && row.photo === null).length,
    photos: photos + (await countWaitingPhotos(store)),
    refused,
    drafts: await countOpenDrafts(store),
    satisfaction: await countResponses(store),
  };
}

/** The photos of `waiting` pieces: one of which a piece was refused is never whole elsewhere, the others may be. */
export function photosWaiting(
  waiting: readonly Pick<OwnSigned, "row">[],
  isRefused: (envelope: string) => boolean,
): Pick<Hindrances, "photos" | "refused"> {
  const all = new Set(waiting.flatMap(({ row }) => row.photo ?? []));
  const refused = new Set(waiting.flatMap(({ row }) => (isRefused(row.envelope) ? (row.photo ?? []) : [])));
  return { photos: all.size - refused.size, refused: refused.size };
}

/** Whether nothing stands against it but refused photos. */
export function onlyRefusedLeft({ records, updates, photos, drafts, satisfaction }: Hindrances): boolean {
  return records + updates + photos + drafts + satisfaction === 0;
}

/** Whether it may be done; `givenUp`: the number of refused photos that somebody confirmed would be lost. */
export function mayWipe(hindrances: Hindrances, givenUp = 0): boolean {
  return onlyRefusedLeft(hindrances) && hindrances.refused === givenUp;
}
