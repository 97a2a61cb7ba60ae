/** Which stop is on screen: the one chosen, else today's by the hour, else the next one, else the last. */
import { formatDate, t } from "$i18n/index";
import type { Roster, Stop } from "$lib/central/roster";

/** The moment at which a stop is looked for: the tablet's own date and hour. */
export interface Moment {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:MM` */
  readonly time: string;
}

/**
 * The roster to show among `rosters` (by date and hour), or null when there is none.
 *
 * Of several stops today: the first that has not closed, and after all of them the last.
 */
export function rosterOf(rosters: readonly Roster[], chosen: string | null, now: Moment): Roster | null {
  const today = rosters.filter(({ stop }) => stop.date === now.date);
  return (
    rosters.find(({ stop }) => stop.id === chosen) ??
    today.find(({ stop }) => stop.closes > now.time) ??
    today.at(-1) ??
    rosters.find(({ stop }) => stop.date > now.date) ??
    rosters.at(-1) ??
    null
  );
}

/** A stop in the list of stops: its day, its name, and that it does not take place when it was cancelled. */
export function stopWords({ date, name, cancelled }: Stop, today: string): string {
  const stop = `${date === today ? t("app.today") : formatDate(date)} – ${name}`;
  return cancelled ? t("day.stop_choice_cancelled", { stop }) : stop;
}
