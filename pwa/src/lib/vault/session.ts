/**
 * Who is at work on this tablet, now: open slots, the one in front, the veil over it, and the way back to locked.
 *
 * ```
 * locked ──unlock──▶ open ──veil / idle──▶ veiled ──PIN──▶ open
 *    ▲                │                      │
 *    └────── lock, idle longer, third wrong PIN ──┘
 * ```
 * Several slots may be open in memory; one is in front. Going to another open slot asks its PIN only. A lock drops
 * the keys of every slot: a tablet left alone has none.
 */
import type { Clock, Timers } from "../store/clock";
import { SlotLocked, WrongPin } from "./errors";
import type { OpenSlot } from "./open-slot";
import { Veil } from "./veil";

/** What the screen shows. */
export type SessionState =
  | { readonly kind: "locked" }
  | { readonly kind: "veiled"; readonly slot: string; readonly member: string; readonly left: number }
  | { readonly kind: "open"; readonly slot: OpenSlot };

/** Idle times, in minutes: under the veil after the first, locked after the second. */
export interface IdleLimits {
  readonly veil_min: number;
  readonly lock_min: number;
}

/** Design values: a consultation's pause, and a tablet forgotten on a table. */
export const IDLE_LIMITS: IdleLimits = { veil_min: 3, lock_min: 30 };

interface Held {
  readonly open: OpenSlot;
  readonly veil: Veil;
}

/** Called before the veil falls or the keys go; what it awaits (a draft's last save) is waited for. */
export type BeforeLeaving = () => Promise<void>;

/** The session of one page. */
export class Session {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #limits: IdleLimits;
  readonly #held = new Map<string, Held>();
  readonly #listeners = new Set<(state: SessionState) => void>();
  readonly #leaving = new Set<BeforeLeaving>();
  #front: string | null = null;
  #veiled = false;
  #touched_ms: number;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, timers: Timers, limits: IdleLimits = IDLE_LIMITS) {
    this.#clock = clock;
    this.#timers = timers;
    this.#limits = limits;
    this.#touched_ms = clock().getTime();
  }

  /** The state now. */
  get state(): SessionState {
    const held = this.#inFront;
    if (held === null) return { kind: "locked" };
    const { slot, member } = held.open;
    return this.#veiled
      ? { kind: "veiled", slot, member, left: held.veil.left }
      : { kind: "open", slot: held.open };
  }

  /** Slots whose keys are in memory: going to one of them asks its PIN only. */
  get openSlots(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Be told of each change of state; the answer stops it. */
  subscribe(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Have `work` awaited before each veil and lock; the answer stops it. */
  beforeLeaving(work: BeforeLeaving): () => void {
    this.#leaving.add(work);
    return () => {
      this.#leaving.delete(work);
    };
  }

  /** Bring a slot just unlocked or created to the front. */
  enter(open: OpenSlot): void {
    const earlier = this.#held.get(open.slot);
    if (earlier !== undefined && earlier.open !== open) earlier.open.drop();
    this.#held.set(open.slot, { open, veil: new Veil() });
    this.#show(open.slot, false);
  }

  /** Something was touched: the idle time starts again, unless it was over (the page slept through its timers). */
  touch(): void {
    if (this.#front === null || this.#veiled) return;
    this.#expire();
    if (this.#front !== null && !this.#veiled) this.#rearm();
  }

  /** Draw the veil now. */
  async veil(): Promise<void> {
    if (this.#front === null || this.#veiled) return;
    this.#show(this.#front, true);
    await this.#leave();
  }

  /**
   * Lift the veil, or go to another open slot, with its PIN.
   *
   * Raises {@link WrongPin} with the tries left (at 0 everything was locked), {@link SlotLocked} when the slot's keys
   * are not in memory.
   */
  async lift(pin: string, slot: string | null = this.#front): Promise<OpenSlot> {
    this.#expire();
    const held = slot === null ? undefined : this.#held.get(slot);
    if (held === undefined) throw new SlotLocked();
    try {
      await held.veil.check(held.open, pin);
    } catch (error) {
      if (error instanceof WrongPin) await this.#refused(error);
      throw error;
    }
    if (this.#held.get(held.open.slot) !== held) throw new SlotLocked();
    // Going to another member leaves the one in front: their draft is saved first.
    if (held.open.slot !== this.#front) await this.#leave();
    this.#show(held.open.slot, false);
    return held.open;
  }

  /** Wait for what must be saved, then drop every key of every slot. The screen is locked at once. */
  async lock(): Promise<void> {
    const held = [...this.#held.values()];
    this.#held.clear();
    this.#disarm();
    this.#front = null;
    this.#veiled = false;
    this.#report();
    try {
      await this.#leave();
    } finally {
      held.forEach(({ open }) => {
        open.drop();
      });
    }
  }

  /** Look at the clock: called by the session's own timer, and by the page when it wakes. */
  check(): void {
    this.#expire();
  }

  get #inFront(): Held | null {
    return this.#front === null ? null : (this.#held.get(this.#front) ?? null);
  }

  async #refused(error: WrongPin): Promise<void> {
    if (error.left > 0) this.#report();
    else await this.lock();
  }

  #show(slot: string, veiled: boolean): void {
    this.#front = slot;
    this.#veiled = veiled;
    if (!veiled) this.#touched_ms = this.#clock().getTime();
    this.#rearm(!veiled);
    this.#report();
  }

  #expire(): void {
    if (this.#front === null) return;
    const idle_ms = this.#clock().getTime() - this.#touched_ms;
    // A clock set back would lengthen the wait by as much: count from now on instead.
    if (idle_ms < 0) this.#touched_ms = this.#clock().getTime();
    if (idle_ms >= this.#limits.lock_min * 60_000) this.#unattended(this.lock());
    else if (idle_ms >= this.#limits.veil_min * 60_000 && !this.#veiled) this.#unattended(this.veil());
    else this.#rearm(false);
  }

  /** A save that fails while nobody looks is in its writer's own status; the veil and the lock do not wait for it. */
  #unattended(leaving: Promise<void>): void {
    leaving.catch(() => undefined);
  }

  #rearm(touched = true): void {
    this.#disarm();
    const now_ms = this.#clock().getTime();
    if (touched) this.#touched_ms = now_ms;
    const limit_min = this.#veiled ? this.#limits.lock_min : this.#limits.veil_min;
    const left_ms = this.#touched_ms + limit_min * 60_000 - now_ms;
    this.#cancel = this.#timers.after(Math.max(0, left_ms), () => {
      this.#cancel = null;
      this.#expire();
    });
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  async #leave(): Promise<void> {
    await Promise.all([...this.#leaving].map(async (work) => work()));
  }

  #report(): void {
    const { state } = this;
    this.#listeners.forEach((listener) => {
      listener(state);
    });
  }
}
