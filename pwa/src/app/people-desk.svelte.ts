/** The people that the open slot may look up: the directory, in memory, and summaries by key. */
import type { TeamKeys } from "$lib/central/keyring";
import type { DirectoryEntry, PersonSummary } from "$lib/central/person";
import { Directory, type Alike, type DirectoryPace } from "$lib/people/directory";
import type { Traits } from "$lib/people/resemblance";
import type { Station } from "./station.svelte";

/** The people of a team. */
export class PeopleDesk {
  /** Grows whenever something arrived: what was looked up may be looked up again. */
  arrivals = $state(0);
  readonly #directory = new Directory();
  readonly #station: Station;
  readonly #keys: TeamKeys;

  constructor(station: Station, keys: TeamKeys) {
    this.#station = station;
    this.#keys = keys;
  }

  /** Open what arrived since the last time, a few shards at a time. */
  async refresh(pace: DirectoryPace): Promise<void> {
    const { central } = await this.#station.holdings();
    if (await this.#directory.refresh(central, this.#keys, pace)) this.arrivals += 1;
  }

  /** People whom `typed` finds, those seen last first. */
  find(typed: string): readonly DirectoryEntry[] {
    void this.arrivals;
    return this.#directory.find(typed);
  }

  /** People who resemble `traits`, the strongest resemblance first. */
  resembling(traits: Traits): readonly Alike[] {
    void this.arrivals;
    return this.#directory.resembling(traits);
  }

  /** The person of this key in the directory, or `null`. */
  get(person: string): DirectoryEntry | null {
    void this.arrivals;
    return this.#directory.get(person);
  }

  /** Key of the one person who has exactly these traits; `null` when none has, or several have. */
  keyOf(traits: Traits): string | null {
    const same = this.resembling(traits).filter(({ kind }) => kind === "same");
    return same.length === 1 ? (same[0]?.entry.person ?? null) : null;
  }

  /** What the team knows of a person, or `null` when nothing arrived. */
  async summary(person: string): Promise<PersonSummary | null> {
    const { central } = await this.#station.holdings();
    return central.person(this.#keys, person);
  }
}
