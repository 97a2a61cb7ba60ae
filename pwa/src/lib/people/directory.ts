/**
 * Everyone the team has seen, in memory while a slot is open: found by name and birth date, and compared with whoever
 * is being written down. Nothing of it is stored: the sealed shards are (wire §4.2).
 */
import type { TeamKeys } from "../central/keyring";
import type { DirectoryEntry } from "../central/person";
import type { CentralReader } from "../central/reader";
import { foldName } from "../names/fold";
import { Haystack } from "../search/haystack";
import { longestPart, matches, parseQuery } from "../search/query";
import {
  comparable,
  RESEMBLANCES,
  resemblance,
  type ComparableTraits,
  type Resemblance,
  type Traits,
} from "./resemblance";

/** Shards opened between two yields to the page: about 400 people, some 10 ms on a slow tablet. */
const SLICE = 4;

/** A person of the directory, ready to be searched and compared. */
interface Known {
  readonly entry: DirectoryEntry;
  /** Names folded, each word preceded by a space. */
  readonly folded: string;
  readonly birth_date: string | null;
  readonly traits: ComparableTraits;
}

/** A person who resembles the one being written down. */
export interface Alike {
  readonly entry: DirectoryEntry;
  readonly kind: Resemblance;
}

/** How shards are opened: `pause` yields to the page between slices, `stop` ends it early (a lock, say). */
export interface DirectoryPace {
  readonly pause: () => Promise<void>;
  readonly stop?: AbortSignal;
}

/** What the directory needs of the reader of central documents. */
export type ShardReader = Pick<CentralReader, "peopleRevisions" | "people">;

/** The people of a team. */
export class Directory {
  readonly #shards = new Map<string, { readonly rev: string; readonly people: readonly Known[] }>();
  #all: readonly Known[] = [];
  #byPerson: ReadonlyMap<string, DirectoryEntry> = new Map();
  /** Made when something is searched for. */
  #haystack: Haystack | null = null;

  /** How many people are known. */
  get size(): number {
    return this.#all.length;
  }

  /** The person of this key, or `null`. */
  get(person: string): DirectoryEntry | null {
    return this.#byPerson.get(person) ?? null;
  }

  /** Open the shards that arrived or changed since the last time. Answers whether anything did. */
  async refresh(reader: ShardReader, keys: TeamKeys, { pause, stop }: DirectoryPace): Promise<boolean> {
    const revisions = await reader.peopleRevisions();
    const changed = [...revisions].filter(([shard, rev]) => this.#shards.get(shard)?.rev !== rev);
    let opened = 0;
    for (const [shard, rev] of changed) {
      if (stop?.aborted === true) return false;
      const people = await reader.people(keys, shard);
      // A shard that does not open leaves what was known before it: the reader lists it as refused.
      if (people !== null) this.#shards.set(shard, { rev, people: people.map(known) });
      opened += 1;
      if (opened % SLICE === 0) await pause();
    }
    if (changed.length > 0) this.#gather();
    return changed.length > 0;
  }

  /** At most `limit` people whom `typed` finds, those seen last first; none when nothing was typed. */
  find(typed: string, limit = 20): readonly DirectoryEntry[] {
    const query = parseQuery(typed);
    const part = longestPart(query);
    if (part === "") return [];
    this.#haystack ??= new Haystack(this.#all);
    const found: DirectoryEntry[] = [];
    for (const place of this.#haystack.places(part)) {
      if (found.length === limit) break;
      const person = this.#all[place];
      if (person !== undefined && matches(query, person)) found.push(person.entry);
    }
    return found;
  }

  /** People who resemble `traits`, the strongest resemblance first; at most `limit`. */
  resembling(traits: Traits, limit = 6): readonly Alike[] {
    const wanted = comparable(traits);
    if (wanted.surnames.length === 0 && wanted.first.folded === "") return [];
    const alike: Alike[] = [];
    for (const { entry, traits: theirs } of this.#all) {
      const kind = resemblance(wanted, theirs);
      if (kind !== null) alike.push({ entry, kind });
    }
    return alike
      .sort((one, other) => RESEMBLANCES.indexOf(one.kind) - RESEMBLANCES.indexOf(other.kind))
      .slice(0, limit);
  }

  #gather(): void {
    const seen = new Map<string, Known>();
    for (const { people } of this.#shards.values())
      for (const each of people) seen.set(each.entry.person, each);
    const lastFirst = ({ entry }: Known): string => entry.last_day ?? "";
    this.#all = [...seen.values()].sort((one, other) => (lastFirst(one) < lastFirst(other) ? 1 : -1));
    this.#byPerson = new Map(this.#all.map(({ entry }) => [entry.person, entry]));
    this.#haystack = null;
  }
}

function known(entry: DirectoryEntry): Known {
  const names = [entry.birth_name, entry.first_name, entry.used_name].filter((name) => name !== null);
  return {
    entry,
    folded: ` ${foldName(names.join(" "))}`,
    birth_date: entry.birth_date,
    traits: comparable(entry),
  };
}
