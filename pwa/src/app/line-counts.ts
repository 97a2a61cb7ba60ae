/** The figures of the synchronisation line, from what this tablet signed. */
import { awaitsReceipt, placesOf, type OwnSigned } from "$lib/record/states";
import type { SignedCounts } from "$lib/sync/status.svelte";

/** The figures of the line. A record that was replaced is nobody's turn any more. */
export function lineCounts(
  own: readonly OwnSigned[],
  denied: readonly string[],
  satisfaction = 0,
): SignedCounts {
  const records = own.filter(({ row }) => row.kind === "record");
  const current = records.filter(({ replacedBy }) => replacedBy === null);
  const waiting = own.filter(awaitsReceipt);
  const notices = own.filter(({ row }) => row.kind !== "record");
  return {
    places: placesOf(records),
    toCorrect: current.filter(({ turn }) => turn === "author").length,
    blocked: current.filter(({ state, turn }) => state === "quarantined" && turn !== "author").length,
    total: records.length,
    updates: waiting.filter(({ row }) => row.kind !== "record" && row.photo === null).length,
    photos: photosAmong(waiting),
    blockedUpdates: notices.filter(({ state }) => state === "quarantined").length,
    denied: own.filter(({ row }) => denied.includes(row.envelope) && row.photo === null).length,
    deniedPhotos: photosAmong(own.filter(({ row }) => denied.includes(row.envelope))),
    satisfaction,
  };
}

function photosAmong(signed: readonly OwnSigned[]): number {
  const photos = signed.flatMap(({ row }) => row.photo ?? []);
  return photos.filter((photo, place) => photos.indexOf(photo) === place).length;
}
