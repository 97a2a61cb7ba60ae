/** Co-signing: of one record that was read, or of a stop's, chosen in its list. */
import type { Stop } from "$lib/central/roster";
import { MOST_COSIGNED } from "$lib/notice/body";
import { mayCosign } from "$lib/notice/cosignatures";
import { currentRecords } from "$lib/record/read";
import type { SearchEntry } from "$lib/search/entry";
import type { Desk } from "./desk.svelte";

/** The current records of `stop` that the member at work may co-sign, earliest first. */
export function cosignableAt(desk: Desk, stop: string): readonly SearchEntry[] {
  return currentRecords(desk.entries)
    .filter((entry) => entry.stop === stop && !desk.errors.has(entry.envelope))
    .filter((entry) => mayCosign(entry, desk.slot.member, desk.cosigners))
    .sort((one, other) => Date.parse(one.signed_at) - Date.parse(other.signed_at));
}

/** Put the member's name to `records`, in as few notices as hold them. Raises what `signNotice` raises. */
export async function cosign(
  desk: Desk,
  stop: Pick<Stop, "id" | "campaign">,
  records: readonly Pick<SearchEntry, "envelope" | "record">[],
): Promise<void> {
  for (let from = 0; from < records.length; from += MOST_COSIGNED) {
    const named = records.slice(from, from + MOST_COSIGNED);
    await desk.say(stop, {
      kind: "cosignature",
      records: named.map(({ envelope, record }) => ({ envelope, record })),
    });
  }
}
