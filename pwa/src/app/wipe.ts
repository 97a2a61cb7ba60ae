/** May this tablet be wiped? Only when nothing of it would be lost: central has said that it has all of it. */
import { countOpenDrafts } from "$lib/drafts/drafts";
import { countWaitingPhotos } from "$lib/photo/rows";
import { ownSigned } from "$lib/record/states";
import type { Station } from "./station.svelte";

/** What would be lost. Readable while locked. */
export interface Hindrances {
  /** Records without a receipt. */
  readonly records: number;
  /** Notices without a receipt, but photos. */
  readonly updates: number;
  /** Photos without a receipt for each piece, or not signed whole yet. */
  readonly photos: number;
  /** Drafts neither signed nor put aside. */
  readonly drafts: number;
}

/** What stands against wiping, looked at anew: what is on screen may be a moment old. */
export async function hindrancesOf(station: Station): Promise<Hindrances> {
  const { store } = station.environment;
  const { central } = await station.holdings();
  const waiting = (await ownSigned(store, central)).filter(({ state }) => state === "on-tablet");
  return {
    records: waiting.filter(({ row }) => row.kind === "record").length,
    updates: waiting.filter(({ row }) => row.kind !== "record" && row.photo === null).length,
    photos: new Set(waiting.flatMap(({ row }) => row.photo ?? [])).size + (await countWaitingPhotos(store)),
    drafts: await countOpenDrafts(store),
  };
}

/** Whether nothing stands against it. */
export function mayWipe({ records, updates, photos, drafts }: Hindrances): boolean {
  return records + updates + photos + drafts === 0;
}
