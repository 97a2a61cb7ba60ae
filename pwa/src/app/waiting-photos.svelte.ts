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

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /**
   * Sign those of the open slot: of the record just sealed, or left by a kill or a full disk. What cannot be signed
   * waits in its sealed rows, and is tried again when the desk next looks.
   */
  async sign(): Promise<void> {
    if (this.#signing) return;
    this.#signing = true;
    const { station } = this.#desk;
    try {
      const signed = await signWaitingPhotos(this.#desk.signing());
      if (signed > 0) await station.sealed();
    } catch (error) {
      if (!(error instanceof StorageFull || error instanceof SigningError || error instanceof SlotLocked)) {
        throw error;
      }
    } finally {
      this.#signing = false;
      this.count = await countWaitingPhotos(station.environment.store);
    }
  }
}
