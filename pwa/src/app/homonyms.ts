/** Whose line of the day could be taken for somebody else's: it warns beside the name, and decides nothing. */
import { t } from "$i18n/index";
import { foldName } from "$lib/names/fold";
import type { Traits } from "$lib/people/resemblance";
import { identityOf } from "$lib/record/identity";
import type { DayVisit } from "./day";
import { traitsOf } from "./known-person.svelte";
import { visitPerson } from "./people";
import type { PeopleDesk } from "./people-desk.svelte";

/** Of whom the directory is asked: traits as the line says them, and their key when the roster has it. */
export interface Listed {
  readonly traits: Traits;
  readonly person: string | null;
}

/** The visits of the day whose person bears the name of another line's; two lines of one known person are not. */
export function namesakes(visits: readonly DayVisit[]): ReadonlySet<string> {
  const nameless = [t("app.person_unnamed"), t("app.person_refused")];
  const counted = ({ records, drafts }: DayVisit): boolean =>
    records.some(({ entry }) => entry.anonymous !== null) ||
    drafts.some(({ draft }) => identityOf(draft.answers).mode === "anonymous");
  const byName = new Map<string, DayVisit[]>();
  for (const visit of visits.filter(({ cancelled }) => !cancelled)) {
    const { name } = visitPerson(visit);
    if (nameless.includes(name) || counted(visit)) continue;
    const folded = foldName(name);
    byName.set(folded, [...(byName.get(folded) ?? []), visit]);
  }
  const people = (same: readonly DayVisit[]): Set<string> =>
    new Set(same.map(({ expected, visit }) => expected?.person ?? visit));
  return new Set(
    [...byName.values()]
      .filter((same) => people(same).size > 1)
      .flatMap((same) => same.map(({ visit }) => visit)),
  );
}

/** What a line says of its person, to be compared with the directory; `null` when it names nobody. */
export function listedOf({ expected, drafts, attendance }: DayVisit): Listed | null {
  const named = expected ?? attendance?.person ?? null;
  const [draft] = drafts;
  const answered = expected === null && draft !== undefined ? traitsOf(draft.draft.answers) : null;
  if (answered !== null) return { traits: answered, person: null };
  if (named === null || (named.birth_name === null && named.first_name === null)) return null;
  const { birth_name, first_name, birth_date } = named;
  return {
    traits: { birth_name, first_name, used_name: null, birth_date },
    person: expected?.person ?? null,
  };
}

/** Whether the directory knows somebody else who looks like them; the only one of exactly these traits is them. */
export function hasHomonym(
  people: Pick<PeopleDesk, "resembling" | "keyOf">,
  { traits, person }: Listed,
): boolean {
  const alike = people.resembling(traits);
  if (alike.length === 0) return false;
  const own = person ?? people.keyOf(traits);
  return alike.some(({ entry }) => entry.person !== own);
}
