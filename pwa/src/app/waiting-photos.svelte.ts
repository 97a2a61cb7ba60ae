/** The photos of signed records, signed piece by piece behind the screens, as often as it takes. */
import { countWaitingPhotos } from "$lib/photo/rows";
import { signWaitingPhotos } from "$lib/photo/sign";
import { SigningError } from "$lib/record/errors";
import { StorageFull } from "$lib/store/errors";
import { SlotLocked } from "$lib/vault/errors";
import type { Desk } from "./desk.svelte";

/** What a desk has left to sign of photos. */
export class WaitingPhotos {
  /** Photos whose pieces are not all signed, of whichever slot of this tablet. */
  count = $state(0);
  readonly #desk: Desk;
  #signing = false;
  /** Grows with each record sealed; one more at first, for what an earlier session left. */
  #due = 1;
  /** Up to which of them all was signed: rows of photos are heavy, and are not read again at every look. */
  #done = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** A record was just sealed, with photos perhaps. */
  due(): void {
    this.#due += 1;
    void this.sign();
  }

  /**
   * Sign those of the open slot: of the record just sealed, or left by a kill or a full disk. What cannot be signed
   * waits in its sealed rows, and is tried again when the desk next looks.
   */
  async sign(): Promise<void> {
    if (this.#signing || this.#done === this.#due) return;
    this.#signing = true;
    const { station } = this.#desk;
    const due = this.#due;
    try {
      const signed = await signWaitingPhotos(this.#desk.signing());
      this.#done = due;
      if (signed > 0) await station.sealed();
    } catch (error) {
      if (!(error instanceof StorageFull || error instanceof SigningError || error instanceof SlotLocked)) {
        throw error;
      }
    } finally {
      this.#signing = false;
      this.count = await countWaitingPhotos(station.environment.store);
    }
    if (this.#done === due) await this.sign();
  }
}
