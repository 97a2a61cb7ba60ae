/** People as central publishes them to the team (wire §4.2): a directory in shards, and one summary a person. Sealed. */
import type { FlatAnswer, LaterAbsence, PublishedFact } from "../forms/carry";
import { openSealed, type CentralDocument, type TeamKeysById } from "./document";
import { CentralError } from "./errors";
import { boolean, list, members, nullable, number, oneOf, text, type Members } from "./json";

/** Keys of the directory's shards: two hexadecimal digits. */
export const SHARDS: readonly string[] = Array.from({ length: 64 }, (_, shard) =>
  shard.toString(16).padStart(2, "0"),
);

/** What tells a person from another; `null` is "not known". */
export interface PersonTraits {
  readonly birth_name: string | null;
  readonly first_name: string | null;
  readonly used_name: string | null;
  /** `YYYY-MM-DD`. */
  readonly birth_date: string | null;
  readonly sex: string | null;
  /** INSEE code. */
  readonly commune: string | null;
}

/** One line of the directory. */
export interface DirectoryEntry extends PersonTraits {
  /** Person key. */
  readonly person: string;
  readonly deceased: boolean;
  /** How many visits the team knows of. */
  readonly visits: number;
  /** `YYYY-MM-DD` of the last one. */
  readonly last_day: string | null;
}

/** The last answer of an item that is carried forward: what, when, and who said it. */
export type Fact = PublishedFact;

/** One measure of a visit. */
export interface Vital {
  /** The item it answers, or `null` from a central that does not say. */
  readonly link_id: string | null;
  readonly label: string;
  readonly value: number | string;
  readonly unit: string | null;
}

/** A past visit. */
export interface PastVisit {
  readonly visit: string;
  readonly day: string;
  /** Name of the stop. */
  readonly stop: string;
  readonly reasons: readonly string[];
  readonly outcome: readonly string[];
  readonly vitals: readonly Vital[];
  /** Names of those who signed. */
  readonly by: readonly string[];
  /** Envelope ids. */
  readonly records: readonly string[];
}

/** What the team knows of a person, without network. */
export interface PersonSummary extends PersonTraits {
  /** Person key: the smallest of those joined. */
  readonly person: string;
  readonly given_names: string | null;
  readonly birth_place: string | null;
  readonly phone: string | null;
  readonly deceased: boolean;
  readonly deceased_on: string | null;
  /** By linkId. */
  readonly facts: ReadonlyMap<string, Fact>;
  /** Latest first. */
  readonly visits: readonly PastVisit[];
}

/** The directory's people in a verified `document` of type `people`. */
export async function openPeople(
  document: CentralDocument,
  keys: TeamKeysById,
): Promise<readonly DirectoryEntry[]> {
  const content = await opened(document, keys);
  return list(content["people"], (entry) => readEntry(members(entry)));
}

/** The summary in a verified `document` of type `person`; `null` when nobody is left behind the key. */
export async function openPerson(
  document: CentralDocument,
  keys: TeamKeysById,
): Promise<PersonSummary | null> {
  const content = await opened(document, keys);
  const person = nullable(content["person"], text);
  if (person === null) return null;
  return {
    person,
    ...readTraits(content),
    given_names: nullable(content["given_names"], text),
    birth_place: nullable(content["birth_place"], text),
    phone: nullable(content["phone"], text),
    deceased: nullable(content["deceased"], boolean) ?? false,
    deceased_on: nullable(content["deceased_on"], text),
    facts: new Map(
      Object.entries(members(content["facts"])).map(([linkId, fact]) => [linkId, readFact(fact)]),
    ),
    visits: list(content["visits"], readVisit),
  };
}

async function opened(document: CentralDocument, keys: TeamKeysById): Promise<Members> {
  if (document.sealed === null) throw new CentralError("malformed");
  return members(await openSealed(document.sealed, keys));
}

function readTraits(content: Members): PersonTraits {
  return {
    birth_name: nullable(content["birth_name"], text),
    first_name: nullable(content["first_name"], text),
    used_name: nullable(content["used_name"], text),
    birth_date: nullable(content["birth_date"], text),
    sex: nullable(content["sex"], text),
    commune: nullable(content["commune"], text),
  };
}

function readEntry(entry: Members): DirectoryEntry {
  return {
    person: text(entry["person"]),
    ...readTraits(entry),
    deceased: nullable(entry["deceased"], boolean) ?? false,
    visits: number(entry["visits"]),
    last_day: nullable(entry["last_day"], text),
  };
}

function readFact(value: unknown): Fact {
  const fact = members(value);
  return {
    answer: readFlat(members(fact["answer"])),
    day: text(fact["day"]),
    by: text(fact["by"]),
    later: nullable(fact["later"], readLater),
  };
}

const ABSENCES = ["not-asked", "asked-unknown", "asked-declined", "not-performed"] as const;

function readLater(value: unknown): LaterAbsence {
  const later = members(value);
  return { absent: oneOf(later["absent"], ABSENCES), day: text(later["day"]), by: text(later["by"]) };
}

/** An answer as docs/forms.md writes it flat. */
export function readFlat(answer: Members): FlatAnswer {
  if (answer["absent"] !== undefined) {
    return { absent: oneOf(answer["absent"], ABSENCES) };
  }
  return { values: list(answer["values"], readScalar) };
}

function readScalar(value: unknown): string | number | boolean {
  if (typeof value === "string" || typeof value === "boolean") return value;
  return number(value);
}

function readVisit(value: unknown): PastVisit {
  const visit = members(value);
  return {
    visit: text(visit["visit"]),
    day: text(visit["day"]),
    stop: text(visit["stop"]),
    reasons: list(visit["reasons"], text),
    outcome: list(visit["outcome"], text),
    vitals: list(visit["vitals"], readVital),
    by: list(visit["by"], text),
    records: list(visit["records"], text),
  };
}

function readVital(value: unknown): Vital {
  const vital = members(value);
  const measured = vital["value"];
  return {
    link_id: nullable(vital["link_id"], text),
    label: text(vital["label"]),
    value: typeof measured === "string" ? measured : number(measured),
    unit: nullable(vital["unit"], text),
  };
}
