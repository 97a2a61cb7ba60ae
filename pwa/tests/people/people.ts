/** People of the tests: one entry of the directory, many drawn from a seed, and shards as central would seal them. */
import type { Organization } from "../central/organization";
import type { SignedDocument } from "$lib/central/document";
import type { DirectoryEntry } from "$lib/central/person";
import { SHARDS } from "$lib/central/person";

/** A stream of numbers in [0, 1) that a seed makes again (mulberry32). */
export function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BIRTH_NAMES = [
  "Martin",
  "Lefèvre",
  "Garcia-Hammadi",
  "Dupré",
  "Noël",
  "De La Tour",
  "Œuvrard",
  "Fauré",
];
const FIRST_NAMES = ["Marie", "Anne-Sophie", "Jean", "Zoé", "François", "Gaspard", "Léa", "Ünal"];

/** One of `choices`. */
export function pick<T>(choices: readonly T[], draw: () => number): T {
  const chosen = choices[Math.floor(draw() * choices.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

/** A date of birth that exists. */
export function birthDate(draw: () => number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${1920 + Math.floor(draw() * 100)}-${two(1 + Math.floor(draw() * 12))}-${two(1 + Math.floor(draw() * 28))}`;
}

let count = 0;

/** An entry of the directory; `changes` replace its members. */
export function entry(changes: Partial<DirectoryEntry> = {}): DirectoryEntry {
  count += 1;
  return {
    person: `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`,
    birth_name: "MARTIN",
    first_name: "MARIE",
    used_name: null,
    birth_date: "1958-04-03",
    sex: "F",
    commune: "42015",
    deceased: false,
    visits: 2,
    last_day: "2026-05-12",
    ...changes,
  };
}

/** `size` people drawn from `seed`. */
export function crowd(size: number, seed = 1): readonly DirectoryEntry[] {
  const draw = draws(seed);
  return Array.from({ length: size }, (_, place) =>
    entry({
      birth_name: `${pick(BIRTH_NAMES, draw)}${place % 3 === 0 ? "" : String.fromCharCode(97 + (place % 26))}`,
      first_name: pick(FIRST_NAMES, draw),
      birth_date: birthDate(draw),
    }),
  );
}

/** The shards of `people`, as central publishes them; shards without people are left out. */
export async function shards(
  organization: Organization,
  people: readonly DirectoryEntry[],
): Promise<readonly SignedDocument[]> {
  const byShard = new Map<string, DirectoryEntry[]>();
  people.forEach((each, place) => {
    const key = SHARDS[place % SHARDS.length] ?? "";
    byShard.set(key, [...(byShard.get(key) ?? []), each]);
  });
  return Promise.all([...byShard].map(([key, inside]) => shard(organization, key, inside)));
}

/** The shard `key` holding `people`. */
export async function shard(
  organization: Organization,
  key: string,
  people: readonly DirectoryEntry[],
): Promise<SignedDocument> {
  return organization.document("people", key, { sealed: await organization.sealed({ people }) });
}
