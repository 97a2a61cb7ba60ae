/** A death told to a tablet: what was typed of it, and whether the team said it already. */
import type { PersonSummary } from "$lib/central/person";
import type { Expected } from "$lib/central/roster";
import { readWholeDate } from "$lib/forms/entry";
import { standingDeaths } from "$lib/notice/errors";
import type { KeptNotice, KeptNoticeOf } from "$lib/notice/ledger";
import type { Desk } from "./desk.svelte";

/** A death as the team knows it. */
export interface KnownDeath {
  /** `YYYY-MM-DD`, or `null` when the date is not known. */
  readonly on: string | null;
  /** Whether central's own summary says so, or only a notice of the team so far. */
  readonly confirmed: boolean;
  /** The notices of the team that say so and stand: what may be told to be in error. */
  readonly notices: readonly KeptNoticeOf<"deceased">[];
  /** Whether all that the team said of it was told to be in error since, and central has not answered yet. */
  readonly takenBack: boolean;
}

/** The death that central published or that standing notices about one of `visits` say, or `null`. */
export function deathOf(
  summary: PersonSummary | null,
  notices: readonly KeptNotice[],
  visits: readonly string[],
): KnownDeath | null {
  const known = new Set([...visits, ...(summary?.visits ?? []).map(({ visit }) => visit)]);
  const standing = standingDeaths(notices).filter(({ body }) => known.has(body.visit));
  if (summary?.deceased === true) {
    const said = notices.some(({ body }) => body.kind === "deceased" && known.has(body.visit));
    return {
      on: summary.deceased_on,
      confirmed: true,
      notices: standing,
      takenBack: said && standing.length === 0,
    };
  }
  if (standing.length === 0) return null;
  const dated = standing.filter(({ body }) => body.on !== null).at(-1); // as central: the last day said
  return { on: dated?.body.on ?? null, confirmed: false, notices: standing, takenBack: false };
}

/** The death of somebody expected: by the directory, by a notice on this visit, or on one of their earlier ones. */
export async function deathOfExpected(desk: Desk, { id, person }: Expected): Promise<KnownDeath | null> {
  const listed = person === null ? null : desk.people.get(person);
  const noticed = desk.notices.some(({ body }) => body.kind === "deceased");
  if (listed?.deceased !== true && !noticed) return null; // most days: no summary is opened for nothing
  const summary = person === null ? null : await desk.people.summary(person);
  return deathOf(summary, desk.notices, [id]);
}

/** The date typed as `JJ/MM/AAAA`, not after `today`; `null` when nothing was typed, `undefined` when it is no such date. */
export function readDeathDate(typed: string, today: string): string | null | undefined {
  if (typed.trim() === "") return null;
  const date = readWholeDate(typed);
  return date === null || date > today ? undefined : date;
}

/** What contradicts a date of death: the birth, which refuses it, or a later visit, which asks about it. */
export type DeathDoubt = "before-birth" | "before-visit";

/** The days known of a person, `YYYY-MM-DD`; `null` when they are not. */
export interface KnownDays {
  readonly birth: string | null;
  readonly lastVisit: string | null;
}

/** What of `known` contradicts a death `on` that day, or `null`. A birth known by its year or month only is compared so. */
export function deathDoubt(
  on: string | null | undefined,
  { birth, lastVisit }: KnownDays,
): DeathDoubt | null {
  if (on === null || on === undefined) return null;
  if (birth !== null && on.slice(0, birth.length) < birth) return "before-birth";
  return lastVisit !== null && on < lastVisit ? "before-visit" : null;
}
