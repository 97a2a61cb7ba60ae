/** Who may open what on this tablet, for the screens: the team's members, their slots, the session. */
import { randomUuid } from "$lib/crypto/random";
import type { Enrolment, Member } from "$lib/store/device";
import { remainingWait } from "$lib/vault/attempts";
import { createSlot, resetPassphrase, type CreatedSlot } from "$lib/vault/create";
import type { OpenSlot } from "$lib/vault/open-slot";
import { Session, type SessionState } from "$lib/vault/session";
import { readSlots, type Slot } from "$lib/vault/slot";
import { unlockSlot } from "$lib/vault/unlock";
import type { Environment } from "./environment";

/** Slots of one tablet and the session over them. */
export class Access {
  slots = $state.raw<readonly Slot[]>([]);
  state = $state.raw<SessionState>({ kind: "locked" });
  #openSlots = $state.raw<readonly string[]>([]);
  #enrolment = $state.raw() as Enrolment;

  readonly session: Session;
  readonly #environment: Environment;
  readonly #device: string;
  readonly #oncreated: () => void;

  /** `oncreated` is called when a slot was made here and must be told to the node. */
  constructor(environment: Environment, device: string, enrolment: Enrolment, oncreated: () => void) {
    this.#environment = environment;
    this.#device = device;
    this.#enrolment = enrolment;
    this.#oncreated = oncreated;
    this.session = new Session(environment.clock, environment.timers);
    this.session.subscribe((state) => {
      this.state = state;
      this.#openSlots = this.session.openSlots;
    });
  }

  /** The team's members, as last told by the node. */
  get members(): readonly Member[] {
    return this.#enrolment.members;
  }

  /** The enrolment, as last told by the node. */
  get enrolment(): Enrolment {
    return this.#enrolment;
  }

  /** Keep what the node now says of the team. */
  learn(enrolment: Enrolment): void {
    this.#enrolment = enrolment;
  }

  /** Read the slots again, after one was made, confirmed or refused. */
  async refresh(): Promise<void> {
    this.slots = await readSlots(this.#environment.store);
  }

  /** The slot by which `member` works here: a confirmed one first; a refused one counts for nothing. */
  slotOf(member: string): Slot | null {
    const theirs = this.slots.filter((slot) => slot.member === member && slot.state !== "refused");
    return theirs.find(({ state }) => state === "confirmed") ?? theirs.at(-1) ?? null;
  }

  /** Whether the keys of `slot` are in memory: its PIN is enough to come back. */
  isOpen(slot: string): boolean {
    return this.#openSlots.includes(slot);
  }

  /** Name of a member, or null when the team does not have them any more. */
  nameOf(member: string): string | null {
    return this.members.find(({ id }) => id === member)?.name ?? null;
  }

  /** Make a slot for `member`. Raises what `createSlot` raises. */
  async create(member: Member, passphrase: string, pin: string): Promise<CreatedSlot> {
    const request = { member: member.id, names: [member.name], passphrase, pin };
    const created = await createSlot(this.#context, this.#device, request);
    await this.refresh();
    this.#oncreated();
    return created;
  }

  /** Open `slot` with its passphrase. Raises what `unlockSlot` raises. */
  unlock(slot: string, passphrase: string): Promise<OpenSlot> {
    return unlockSlot(this.#context, slot, passphrase);
  }

  /** Open `slot` with its recovery code and give it a new passphrase. Raises what `resetPassphrase` raises. */
  async reset(slot: string, code: string, passphrase: string): Promise<CreatedSlot> {
    const reset = await resetPassphrase(this.#context, slot, code, passphrase);
    await this.refresh();
    return reset;
  }

  /** Seconds still to wait before a passphrase is looked at. */
  remaining(slot: string): Promise<number> {
    return remainingWait(this.#environment.store, slot, this.#environment.clock);
  }

  /** Put an open slot in front. */
  enter(open: OpenSlot): void {
    this.session.enter(open);
  }

  get #context(): { store: Environment["store"]; clock: Environment["clock"]; uuid: typeof randomUuid } {
    const { store, clock } = this.#environment;
    return { store, clock, uuid: randomUuid };
  }
}
