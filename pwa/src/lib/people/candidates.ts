/**
 * People who look like the one being written down: known to the team, expected at this stop, or seen here already.
 *
 * Pure: what is known comes in, candidates come out, and nothing is decided (issue: homonyms warn, never automatic).
 */
import type { DirectoryEntry } from "../central/person";
import type { Expected } from "../central/roster";
import type { Recognition } from "../drafts/draft";
import { foldName } from "../names/fold";
import type { SearchEntry } from "../search/entry";
import type { Alike } from "./directory";
import {
  areSwapped,
  comparable,
  RESEMBLANCES,
  resemblance,
  type Resemblance,
  type Traits,
} from "./resemblance";

/** Somebody who may be the person in front. */
export interface Candidate {
  /** Names the candidate in {@link Recognition.settled}. */
  readonly id: string;
  readonly kind: Resemblance;
  readonly name: string;
  readonly birth_date: string | null;
  /** INSEE code. */
  readonly commune: string | null;
  /** `YYYY-MM-DD` of the last visit that the team knows of. */
  readonly last_day: string | null;
  /** Person key. */
  readonly person: string | null;
  /** Their entry in the roster, when they are expected at this stop. */
  readonly expected: Expected | null;
  /** Visit of this stop in which they were seen already. */
  readonly seen: string | null;
}

/** What candidates are sought among. */
export interface Surroundings {
  /** The visit being written, which is nobody else's. */
  readonly visit: string;
  readonly recognition: Recognition;
  readonly alike: readonly Alike[];
  readonly expected: readonly Expected[];
  /** Records of this stop that no other replaces. */
  readonly today: readonly SearchEntry[];
}

/** Candidates for `traits`, the strongest first; whoever was recognised is not one, those ruled out are. */
export function candidates(traits: Traits, around: Surroundings): readonly Candidate[] {
  const byId = new Map<string, Candidate>();
  const add = (candidate: Candidate): void => {
    const before = byId.get(candidate.id);
    byId.set(candidate.id, before === undefined ? candidate : joined(before, candidate));
  };
  for (const each of around.expected) {
    const found = each.id === around.visit || each.cancelled ? null : ofExpected(traits, each);
    if (found !== null) add(found);
  }
  for (const { entry, kind } of around.alike) {
    if (!isThisVisit(entry, around)) add(ofDirectory(entry, kind));
  }
  for (const each of around.today) {
    const found = each.visit === around.visit ? null : ofRecord(traits, each, [...byId.values()]);
    if (found !== null) add(found);
  }
  const { person } = around.recognition;
  return [...byId.values()]
    .filter(
      (each) => person === null || each.person !== person || each.expected !== null || each.seen !== null,
    )
    .sort((one, other) => RESEMBLANCES.indexOf(one.kind) - RESEMBLANCES.indexOf(other.kind));
}

/** Those of `all` about whom nobody has said yet whether they are this person. */
export function unsettled(all: readonly Candidate[], { settled }: Recognition): readonly Candidate[] {
  return all.filter(({ id }) => !settled.includes(id));
}

function joined(one: Candidate, other: Candidate): Candidate {
  const stronger = RESEMBLANCES.indexOf(one.kind) <= RESEMBLANCES.indexOf(other.kind) ? one : other;
  return {
    ...stronger,
    commune: one.commune ?? other.commune,
    last_day: one.last_day ?? other.last_day,
    person: one.person ?? other.person,
    expected: one.expected ?? other.expected,
    seen: one.seen ?? other.seen,
  };
}

function ofExpected(traits: Traits, expected: Expected): Candidate | null {
  const { birth_name, first_name, birth_date, commune, person } = expected;
  const theirs = { birth_name, first_name, birth_date, used_name: null };
  const kind = resemblance(comparable(traits), comparable(theirs));
  if (kind === null) return null;
  return {
    id: person === null ? `visit:${expected.id}` : `person:${person}`,
    kind,
    name: named([birth_name, first_name]),
    birth_date,
    commune,
    last_day: null,
    person,
    expected,
    seen: null,
  };
}

function ofDirectory(entry: DirectoryEntry, kind: Resemblance): Candidate {
  return {
    id: `person:${entry.person}`,
    kind,
    name: named([entry.birth_name, entry.first_name]),
    birth_date: entry.birth_date,
    commune: entry.commune,
    last_day: entry.last_day,
    person: entry.person,
    expected: null,
    seen: null,
  };
}

/** Whether all the team knows of somebody is the very visit being written, of which a teammate signed a part. */
function isThisVisit(
  { birth_name, first_name, birth_date, visits }: DirectoryEntry,
  around: Surroundings,
): boolean {
  const name = foldName(named([birth_name, first_name]));
  return (
    visits === 1 &&
    around.today.some(
      (record) =>
        record.visit === around.visit && record.birth_date === birth_date && foldName(record.name) === name,
    )
  );
}

/**
 * A record of today keeps its names as one text: only the same names are told from it. Several visits of one person
 * are one candidate.
 */
function ofRecord(traits: Traits, record: SearchEntry, known: readonly Candidate[]): Candidate | null {
  const expected = known.find((each) => each.expected?.id === record.visit);
  if (expected !== undefined) return { ...expected, seen: record.visit };
  const name = foldName(record.name);
  const mine = foldName(named([traits.birth_name, traits.first_name]));
  if (traits.birth_name === null || traits.first_name === null || name !== mine) return null;
  const listed = known.find((each) => each.birth_date === record.birth_date && foldName(each.name) === name);
  return {
    id: listed?.id ?? `seen:${name}:${record.birth_date ?? ""}`,
    kind: kindOf(traits.birth_date, record.birth_date),
    name: record.name,
    birth_date: record.birth_date,
    commune: listed?.commune ?? null,
    last_day: listed?.last_day ?? record.date,
    person: listed?.person ?? null,
    expected: listed?.expected ?? null,
    seen: record.visit,
  };
}

/** Of the same names. */
function kindOf(one: string | null, other: string | null): Resemblance {
  if (one !== null && one === other) return "same";
  return areSwapped(one, other) ? "swapped" : "same-names";
}

function named(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join(" ");
}
