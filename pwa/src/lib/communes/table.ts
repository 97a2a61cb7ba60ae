/**
 * The communes of France, searched by name on the tablet without network.
 *
 * Source: IGN ADMIN EXPRESS, INSEE (Licence Ouverte 2.0), one line a commune: `INSEE;name;latitude;longitude;population`.
 * All folded names are one string, so that a keystroke is one scan of a megabyte and not 35,000 calls.
 */
import { haversineKm, type Position } from "../forms";
import { fold, withoutArticle } from "./fold";

/** One commune. `insee` is a text: it may start with 0 and hold a letter (`2A004`). */
export interface Commune extends Position {
  readonly insee: string;
  readonly name: string;
  /** Inhabitants; null when unknown. */
  readonly population: number | null;
}

/** A commune that a search found; `distanceKm` is as the crow flies, null without a stop. */
export interface Found {
  readonly commune: Commune;
  readonly distanceKm: number | null;
}

/** An unknown value in the table. */
const UNKNOWN = "\\N";
/** Within this distance of the stop a commune comes before the bigger ones. */
const NEAR_KM = 40;
/** Shorter queries would match everything. */
const MIN_LETTERS = 2;

const enum Match {
  Exact,
  Prefix,
  Word,
}

interface Ranked extends Found {
  readonly match: Match;
}

/** The table in memory: by INSEE code, and by what is typed of a name. */
export class CommuneTable {
  readonly #communes: readonly Commune[];
  readonly #byInsee: ReadonlyMap<string, Commune>;
  /** `\n name of the first\n name of the second`: every word starts after a space. */
  readonly #names: string;
  readonly #starts: Int32Array;

  constructor(communes: readonly Commune[]) {
    this.#communes = communes;
    this.#byInsee = new Map(communes.map((commune) => [commune.insee, commune]));
    this.#starts = new Int32Array(communes.length + 1);
    const lines = communes.map((commune) => `\n ${withoutArticle(fold(commune.name))}`);
    lines.reduce((offset, line, index) => (this.#starts[index + 1] = offset + line.length), 0);
    this.#names = lines.join("");
  }

  /** The table of a CSV text. Lines that are not a commune with its coordinates are left out. */
  static parse(csv: string): CommuneTable {
    const communes: Commune[] = [];
    for (const line of csv.split("\n")) {
      const [insee, name, latitude, longitude, population] = line.split(";");
      if (!insee || !name || !latitude || !longitude) continue;
      communes.push({
        insee,
        name,
        latitude: Number(latitude),
        longitude: Number(longitude),
        population: population === undefined || population === UNKNOWN ? null : Number(population),
      });
    }
    return new CommuneTable(communes);
  }

  /** How many communes there are. */
  get size(): number {
    return this.#communes.length;
  }

  /** The commune of an INSEE code; null when the table does not have it. */
  get(insee: string): Commune | null {
    return this.#byInsee.get(insee) ?? null;
  }

  /**
   * The commune of that INSEE code, or those whose name has, in any order, words that start as those of `query`; at most
   * `limit`.
   *
   * A leading article does not matter ("gresle" finds La Gresle). The exact name comes first, then names that start so,
   * then the others; among equals those near the stop by distance, then the others by population.
   */
  search(
    query: string,
    { stop = null, limit = 8 }: { stop?: Position | null; limit?: number } = {},
  ): Found[] {
    const coded = this.get(query.trim().toUpperCase());
    if (coded) return [{ commune: coded, distanceKm: stop && haversineKm(stop, coded) }];
    const wanted = withoutArticle(fold(query));
    if (wanted.replaceAll(" ", "").length < MIN_LETTERS) return [];
    const words = wanted.split(" ").toSorted((a, b) => b.length - a.length);
    const found: Ranked[] = [];
    for (const row of this.#rowsWith(` ${words[0] ?? ""}`)) {
      const name = this.#names.slice(this.#start(row) + 1, this.#start(row + 1));
      if (!words.every((word) => name.includes(` ${word}`))) continue;
      found.push(this.#rank(row, name.slice(1), wanted, stop));
    }
    return found
      .toSorted(before)
      .slice(0, limit)
      .map(({ commune, distanceKm }) => ({ commune, distanceKm }));
  }

  #start(row: number): number {
    return this.#starts[row] ?? this.#names.length;
  }

  *#rowsWith(needle: string): Generator<number> {
    let at = this.#names.indexOf(needle);
    while (at >= 0) {
      const row = this.#rowAt(at);
      yield row;
      at = this.#names.indexOf(needle, this.#start(row + 1));
    }
  }

  #rowAt(offset: number): number {
    let low = 0;
    let high = this.#communes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#start(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #rank(row: number, name: string, wanted: string, stop: Position | null): Ranked {
    const commune = this.#communes[row] as Commune;
    const match = name === wanted ? Match.Exact : name.startsWith(wanted) ? Match.Prefix : Match.Word;
    return { commune, match, distanceKm: stop && haversineKm(stop, commune) };
  }
}

function before(one: Ranked, other: Ranked): number {
  if (one.match !== other.match) return one.match - other.match;
  const near = (found: Ranked): number =>
    found.distanceKm !== null && found.distanceKm <= NEAR_KM ? found.distanceKm : Infinity;
  const [here, there] = [near(one), near(other)];
  if (here !== there) return here - there;
  const inhabitants = (found: Ranked): number => found.commune.population ?? -1;
  return inhabitants(other) - inhabitants(one) || one.commune.insee.localeCompare(other.commune.insee);
}
