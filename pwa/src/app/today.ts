/** The day's list of a stop as an open slot sees it. */
import type { Roster } from "$lib/central/roster";
import { rfc3339 } from "$lib/store/clock";
import { dayLines, type DayLine } from "./day";
import type { Desk } from "./desk.svelte";

/** The lines of `roster`'s day. */
export function linesOf({ attendances, drafts, records }: Desk, roster: Roster): readonly DayLine[] {
  const hourOf = (instant_ms: number): string => rfc3339(new Date(instant_ms)).slice(11, 16);
  return dayLines(roster, { attendances, drafts: drafts.open, records, hourOf });
}
