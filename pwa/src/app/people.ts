/** How a person is named in lists and banners, from whatever is known of them. */
import { formatDate, plural, t } from "$i18n/index";
import type { Expected } from "$lib/central/roster";
import type { CommuneTable } from "$lib/communes";
import type { Draft } from "$lib/drafts/draft";
import type { PersonTraits } from "$lib/central/person";
import type { Answers } from "$lib/forms";
import { completedYears } from "$lib/forms/dates";
import type { DayVisit } from "./day";
import { displayName, identityOf, type Identity } from "$lib/record/identity";

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
  const [record] = records;
  if (record !== undefined && record.entry.name !== "") {
    return { name: record.entry.name, birth: birthWords(record.entry.birth_date, on) };
  }
  const [draft] = drafts;
  if (draft !== undefined) return draftPerson(draft.draft);
  return expectedPerson(attendance?.person ?? { birth_name: null, first_name: null, birth_date: null }, on);
}

function communeOf({ residence }: Identity): string {
  return residence?.display ?? residence?.code ?? t("app.commune_unknown");
}

/** The person a draft is about: what was answered, or who was expected while nothing was. */
export function draftPerson({ answers, expected, period }: Draft): Person {
  const on = period.start.slice(0, 10);
  const answered = answeredPerson(answers, on);
  const identity = identityOf(answers);
  if (expected === null || identity.mode === "refused" || displayName(identity) !== null) return answered;
  return { ...answered, ...expectedPerson(expected, on) };
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
  return communes?.get(insee)?.name ?? insee;
}
