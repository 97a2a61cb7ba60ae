/** Nobody has touched the screen for a while: what waits on somebody's touch is then put back. */
import type { Timers } from "$lib/store/clock";

/** A wait that each touch begins again. */
export class Stillness {
  readonly #timers: Timers;
  readonly #after_ms: number;
  readonly #still: () => void;
  #cancel: (() => void) | null = null;

  /** `still` is called once, `after_ms` milliseconds after the last touch of a {@link watch}. */
  constructor(timers: Timers, after_ms: number, still: () => void) {
    this.#timers = timers;
    this.#after_ms = after_ms;
    this.#still = still;
  }

  /** Begin to wait. */
  watch(): void {
    this.stop();
    this.#cancel = this.#timers.after(this.#after_ms, () => {
      this.#cancel = null;
      this.#still();
    });
  }

  /** Somebody touched the screen: while nothing is watched, nothing happens. */
  touch(): void {
    if (this.#cancel !== null) this.watch();
  }

  /** Wait no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
