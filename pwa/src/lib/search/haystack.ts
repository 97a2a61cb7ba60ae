/**
 * The birth dates and names of entries as one text.
 *
 * The browser's own search runs through it many times faster than a loop calls a function for each entry: only those
 * that hold the longest part of a query are looked at one by one.
 */

/** What of an entry is searched: `YYYY-MM-DD` or `null`, and names folded, each word preceded by a space. */
export interface Searched {
  readonly birth_date: string | null;
  readonly folded: string;
}

/** The text of some entries, in their order. */
export class Haystack {
  readonly #text: string;
  readonly #starts: Uint32Array;

  constructor(entries: readonly Searched[]) {
    const lines = entries.map(({ birth_date, folded }) => `${birth_date ?? ""}${folded}`);
    this.#text = lines.join("\n");
    this.#starts = new Uint32Array(lines.length);
    let start = 0;
    lines.forEach((line, place) => {
      this.#starts[place] = start;
      start += line.length + 1;
    });
  }

  /** Places of the entries that hold `part`, in order, each once. `part` is not empty and has no line break. */
  *places(part: string): Generator<number> {
    let at = this.#text.indexOf(part);
    while (at >= 0) {
      const place = this.#placeAt(at);
      yield place;
      const next = this.#starts[place + 1];
      if (next === undefined) return;
      at = this.#text.indexOf(part, next);
    }
  }

  /** Place of the entry whose line holds the character `at`. */
  #placeAt(at: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
