/** Waits on screen, when the tablet's clock cannot be trusted to go forward. */
import type { Group } from "$lib/forms/form";
import type { DelayState } from "$lib/forms/timing";

interface Seen {
  readonly left_s: number;
  /** On the page's monotonic clock, in ms. */
  readonly at_ms: number;
}

/** What was left of each wait when it was first seen on this page. */
export class Waits {
  readonly #seen = new Map<string, Seen>();

  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** `state` as the clock says it, or sooner when the page itself has counted more seconds than the clock. */
  shortest({ linkId }: Group, state: DelayState): DelayState {
    if (state.kind !== "waiting") {
      // Begun anew, it is counted anew.
      if (state.kind === "unbegun") this.#seen.delete(linkId);
      return state;
    }
    const at_ms = this.monotonic();
    const seen = this.#seen.get(linkId) ?? { left_s: state.left_s, at_ms };
    this.#seen.set(linkId, seen);
    const left_s = Math.min(state.left_s, seen.left_s - Math.floor((at_ms - seen.at_ms) / 1000));
    return left_s <= 0 ? { kind: "open" } : { kind: "waiting", left_s };
  }
}
