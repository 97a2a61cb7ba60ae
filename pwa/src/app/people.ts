/** How a person is named in lists and banners, from whatever is known of them. */
import { formatDate, plural, t } from "$i18n/index";
import { frenchTypography } from "$i18n/typography";
import type { Expected, Roster } from "$lib/central/roster";
import type { CommuneTable } from "$lib/communes";
import type { Draft } from "$lib/drafts/draft";
import type { PersonTraits } from "$lib/central/person";
import type { Answers } from "$lib/forms";
import { completedYears } from "$lib/forms/dates";
import type { DayVisit } from "./day";
import type { Desk } from "./desk.svelte";
import { displayName, identityOf, isUnnamed, type Identity } from "$lib/record/identity";
import type { Anonymous, SearchEntry } from "$lib/search/entry";

/** A person in words: each part is shown as it is. */
export interface Person {
  readonly name: string;
  readonly birth: string;
  readonly commune: string;
}

/** A person in one line, for what covers the banner. */
export function personLine(person: Person | null): string {
  if (person === null) return "";
  return [person.name, person.birth, person.commune].filter((part) => part !== "").join(", ");
}

/** The person of a roster entry. */
export function expectedPerson(
  { birth_name, first_name, birth_date }: Pick<Expected, "birth_name" | "first_name" | "birth_date">,
  on?: string,
): Pick<Person, "name" | "birth"> {
  return { name: nameWords([birth_name, first_name]), birth: birthWords(birth_date, on) };
}

/** A person of the team's directory; `on` is the day of their age. */
export function knownPerson(
  { birth_name, first_name, birth_date, commune }: PersonTraits,
  communes: CommuneTable | null,
  on: string,
): Person {
  return {
    name: nameWords([birth_name, first_name]),
    birth: birthWords(birth_date, on),
    commune: communeWords(commune, communes),
  };
}

function nameWords(parts: readonly (string | null)[]): string {
  const name = parts.filter((part) => part !== null && part !== "").join(" ");
  return name === "" ? t("app.person_unnamed") : name;
}

/** The person that answers describe, as far as they go; `on` is the day of their age. */
export function answeredPerson(answers: Answers, on?: string): Person {
  const identity = identityOf(answers);
  if (identity.mode === "refused") {
    return { name: t("app.person_refused"), birth: "", commune: communeOf(identity) };
  }
  if (identity.mode === "anonymous") {
    const { residence } = identity;
    return {
      name: anonymousWords(identity),
      birth: "",
      commune: residence === null ? "" : communeOf(identity),
    };
  }
  return {
    name: displayName(identity) ?? t("app.person_unnamed"),
    birth: birthWords(identity.birth_date, on),
    commune: communeOf(identity),
  };
}

/** The person of a line of the day: as booked, else as their record, their draft or a notice names them. */
export function visitPerson(
  { expected, records, drafts, attendance }: DayVisit,
  on?: string,
): Pick<Person, "name" | "birth"> {
  if (expected !== null) return expectedPerson(expected, on);
  const signed = entryPerson(
    records.map(({ entry }) => entry),
    on,
  );
  if (signed !== null) return signed;
  // Of several drafts the one that names somebody: an act's questionnaire may not.
  const people = drafts.map(({ draft }) => draftPerson(draft));
  const named = people.find(({ name }) => name !== t("app.person_unnamed")) ?? people[0];
  if (named !== undefined) return named;
  return expectedPerson(attendance?.person ?? { birth_name: null, first_name: null, birth_date: null }, on);
}

/** The person whom the records of one visit name, or count without a name; `null` when none does. */
export function entryPerson(
  entries: readonly SearchEntry[],
  on?: string,
): Pick<Person, "name" | "birth"> | null {
  const named = entries.find(({ name }) => name !== "");
  if (named !== undefined) return { name: named.name, birth: birthWords(named.birth_date, on) };
  const [anonymous] = entries.flatMap((entry) => entry.anonymous ?? []);
  return anonymous === undefined ? null : { name: anonymousWords(anonymous), birth: "" };
}

/** The person of a record in a list: what it says itself, else what its visit's other records or its roster say. */
export function listedPerson(
  entry: SearchEntry,
  { entries, rosters }: { readonly entries: readonly SearchEntry[]; readonly rosters: readonly Roster[] },
): Pick<Person, "name" | "birth"> {
  const own = entryPerson([entry]);
  if (own !== null) return own;
  // Whoever refused to be named in one record is not named by another.
  const told = entryPerson(entries.filter(({ visit, form }) => visit === entry.visit && form !== entry.form));
  if (told !== null) return told;
  const expected = rosters
    .find(({ stop }) => stop.id === entry.stop)
    ?.expected.find(({ id }) => id === entry.visit);
  return expectedPerson(expected ?? { birth_name: null, first_name: null, birth_date: null });
}

const SEXES = ["F", "M", "I"] as const;
const AGE_BANDS = ["under_18", "18_39", "40_59", "60_74", "75_plus"] as const;

/** Somebody who was counted without a name, by the little that was asked. */
export function anonymousWords({ sex, age_band }: Anonymous): string {
  const known = SEXES.find((code) => code === sex);
  const band = AGE_BANDS.find((code) => code === age_band);
  return [
    t("stand.anonymous"),
    ...(known === undefined ? [] : [t(`stand.sex_${known}`)]),
    ...(band === undefined ? [] : [t(`stand.age_${band}`)]),
  ].join(", ");
}

function communeOf({ residence }: Identity): string {
  return residence?.display ?? residence?.code ?? t("app.commune_unknown");
}

/** The person a draft is about: what was answered, or who was expected while nothing was. */
export function draftPerson({ answers, expected, about, period }: Draft): Person {
  const on = period.start.slice(0, 10);
  const answered = answeredPerson(answers, on);
  const identity = identityOf(answers);
  const known = expected ?? about ?? null;
  if (known === null || isUnnamed(identity) || displayName(identity) !== null) return answered;
  return { ...answered, ...expectedPerson(known, on) };
}

/** A birth date in words, with the age on the day `on` when it is given; a missing date is said. */
export function birthWords(iso: string | null, on?: string): string {
  if (iso === null || iso === "") return t("app.birth_unknown");
  const date = formatDate(iso);
  if (on === undefined || iso > on) return t("app.birth", { date });
  return t("people.born", { date, age: plural("people.age", completedYears(iso, on)) });
}

/** The name of a commune, or its code while the table is not there. */
export function communeWords(insee: string | null, communes: CommuneTable | null): string {
  if (insee === null) return t("app.commune_unknown");
  return frenchTypography(communes?.get(insee)?.name ?? insee);
}

/** Who a beginning is for, as far as it is known; `null` of a walk-in of whom nothing was said. */
export function listedAtVisit(
  { expected, visit }: { readonly expected: Expected | null; readonly visit?: string | undefined },
  { entries, attendances }: Pick<Desk, "entries" | "attendances">,
): Pick<Person, "name" | "birth"> | null {
  if (expected !== null) return expectedPerson(expected);
  if (visit === undefined) return null;
  const said = attendances.get(visit)?.person ?? null;
  return entryPerson(entries.filter((entry) => entry.visit === visit)) ?? (said && expectedPerson(said));
}
