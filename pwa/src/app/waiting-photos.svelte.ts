/** The photos of signed records, signed piece by piece behind the screens, as often as it takes. */
import { t } from "$i18n/index";
import { waitingPhotosBySlot } from "$lib/photo/rows";
import { signWaitingPhotos } from "$lib/photo/sign";
import { SigningError } from "$lib/record/errors";
import { StorageFull } from "$lib/store/errors";
import { SlotLocked } from "$lib/vault/errors";
import type { Desk } from "./desk.svelte";

/** What a desk has left to sign of photos. */
export class WaitingPhotos {
  /** Photos whose pieces are not all signed, of the open slot. */
  own = $state(0);
  /** Those of the others who work on this tablet: each signs theirs when they next open it. */
  others = $state.raw<readonly { readonly name: string; readonly count: number }[]>([]);
  readonly #desk: Desk;
  #signing = false;
  /** Grows with each record sealed; one more at first, for what an earlier session left. */
  #due = 1;
  /** Up to which of them all was signed: rows of photos are heavy, and are not read again at every look. */
  #done = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** All of them. */
  get count(): number {
    return this.others.reduce((sum, { count }) => sum + count, this.own);
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
      this.#tell(await waitingPhotosBySlot(station.environment.store));
    }
    if (this.#done === due) await this.sign();
  }

  #tell(bySlot: ReadonlyMap<string, number>): void {
    const { slot, station } = this.#desk;
    this.own = bySlot.get(slot.slot) ?? 0;
    this.others = [...bySlot]
      .filter(([of]) => of !== slot.slot)
      .map(([of, count]) => {
        const member = station.access.slots.find((each) => each.slot === of)?.member;
        const name = member === undefined ? null : this.#desk.nameOf(member);
        return { name: name ?? t("app.member_unknown"), count };
      });
  }
}
