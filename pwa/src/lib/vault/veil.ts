/** The veil: a short pause behind a PIN, keys in memory, three tries. */
import type { OpenSlot } from "./open-slot";
import { WrongPin } from "./errors";
import { isPin } from "./pin";

/** Wrong PINs before every key is dropped. */
export const PIN_TRIES = 3;

/** Counts the wrong PINs of one open slot; a right one forgets them. */
export class Veil {
  #failures = 0;

  /** Tries left before the full lock. */
  get left(): number {
    return PIN_TRIES - this.#failures;
  }

  /** Check `pin` against `open`. Raises {@link WrongPin} with the tries left: at 0 the caller locks. */
  async check(open: OpenSlot, pin: string): Promise<void> {
    // Counted before it is looked at, so that two calls at once are two tries.
    this.#failures += 1;
    if (this.#failures > PIN_TRIES) throw new WrongPin(0);
    if (!(await isPin(pin, open.pin))) throw new WrongPin(this.left);
    this.#failures = 0;
  }
}
