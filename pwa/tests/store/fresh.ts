/** What tests of the tablet's storage start from: an empty database, a clock and timers turned by hand. */
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import type { Timers } from "$lib/store/clock";
import { openStore, type Store } from "$lib/store/database";

/** An empty store, alone in its own IndexedDB. */
export async function freshStore(factory: IDBFactory = new IDBFactory()): Promise<Store> {
  return openStore("escale", undefined, factory);
}

/** A clock that says what it is told. */
export class HandClock {
  constructor(public now_ms = Date.parse("2026-11-23T09:40:00.000Z")) {}

  readonly read = (): Date => new Date(this.now_ms);

  advance(seconds: number): void {
    this.now_ms += seconds * 1000;
  }
}

interface Waiting {
  readonly at_ms: number;
  readonly work: () => void;
}

/** Timers that ring when the clock they follow is advanced past them. */
export class HandTimers implements Timers {
  readonly #waiting = new Set<Waiting>();

  constructor(private readonly clock: HandClock) {}

  after(delay_ms: number, work: () => void): () => void {
    const waiting = { at_ms: this.clock.now_ms + delay_ms, work };
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
    };
  }

  /** How many timers have not rung. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Let `seconds` pass, ringing what falls due on the way. */
  advance(seconds: number): void {
    this.clock.advance(seconds);
    for (const each of [...this.#waiting].sort((one, other) => one.at_ms - other.at_ms)) {
      if (each.at_ms > this.clock.now_ms || !this.#waiting.delete(each)) continue;
      each.work();
    }
  }
}
