/** Which stop is on screen: the one chosen, else today's, else the next one, else the last. */
import type { Roster } from "$lib/central/roster";

/** The roster to show among `rosters` (by date), or null when there is none. `today` is `YYYY-MM-DD`. */
export function rosterOf(rosters: readonly Roster[], chosen: string | null, today: string): Roster | null {
  return (
    rosters.find(({ stop }) => stop.id === chosen) ??
    rosters.find(({ stop }) => stop.date === today) ??
    rosters.find(({ stop }) => stop.date > today) ??
    rosters.at(-1) ??
    null
  );
}
