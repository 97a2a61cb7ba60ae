/**
 * Who sits at the tablet: the desk of the open slot, made once its key ring is there and gone with the lock.
 */
import { toMidnight_ms } from "$lib/store/clock";
import type { SessionState } from "$lib/vault/session";
import type { Desk } from "./desk.svelte";
import type { Station } from "./station.svelte";

/** The seat of a tablet. */
export class Seat {
  desk = $state.raw<Desk | null>(null);
  /** Whether the desk of the slot that was just opened is being made: whether its key is there is not known yet. */
  opening = $state(false);
  readonly #station: Station;
  #making: Promise<void> = Promise.resolve();
  #midnight: (() => void) | null = null;

  constructor(station: Station) {
    this.#station = station;
  }

  /** What a session's state means for the desk. */
  async follow(kind: SessionState["kind"]): Promise<void> {
    if (kind === "locked") this.#leave();
    if (kind !== "open") return;
    this.#watchMidnight();
    this.opening = this.#awaited() !== null;
    await this.sit();
  }

  /** Make the desk of the open slot if it has none, and look at everything again. */
  async sit(): Promise<void> {
    this.#making = this.#making.then(() => this.#make());
    await this.#making;
    await this.desk?.refresh();
  }

  /** The open slot that has no desk yet. */
  #awaited(): Extract<SessionState, { kind: "open" }>["slot"] | null {
    const { state } = this.#station.access;
    return state.kind === "open" && this.desk?.slot !== state.slot ? state.slot : null;
  }

  async #make(): Promise<void> {
    const slot = this.#awaited();
    try {
      if (slot === null) return;
      this.#leave();
      const { central } = await this.#station.holdings();
      // What an open slot needs is no part of what a locked tablet starts with.
      const { Desk } = await import("./desk.svelte");
      const arrived = await central.teamKeys({ slot: slot.slot, agreement: slot.agreement });
      const keys = arrived ?? slot.team; // an invitation gave them before central's key ring
      if (keys === null || this.#awaited() !== slot) return;
      slot.learn(keys);
      this.desk = new Desk(this.#station, slot, keys);
    } finally {
      this.opening = false;
    }
  }

  #leave(): void {
    this.desk?.close();
    this.desk = null;
  }

  /** An access that ends with the day is locked when the day ends, even on a tablet in use. */
  #watchMidnight(): void {
    this.#midnight?.();
    const { access, environment } = this.#station;
    this.#midnight = environment.timers.after(toMidnight_ms(environment.clock()), () => {
      void access.lockEnded().then(() => {
        if (access.state.kind !== "locked") this.#watchMidnight();
      });
    });
  }
}
