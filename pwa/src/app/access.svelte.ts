/** Who may open what on this tablet, for the screens: the team's members, their slots, the session. */
import type { Invitation } from "$lib/central/invitation";
import { randomUuid } from "$lib/crypto/random";
import type { Enrolment, Member } from "$lib/store/device";
import { civilDate } from "$lib/sync/status.svelte";
import { remainingWait } from "$lib/vault/attempts";
import { AccessEnded, AccessNotBegun, InvitationUsed } from "$lib/vault/errors";
import {
  INVITATION_ATTEMPTS,
  openInvitation,
  requireDay,
  type OpenedInvitation,
} from "$lib/vault/invitation";
import { createSlot, resetPassphrase, type CreatedSlot } from "$lib/vault/create";
import type { OpenSlot } from "$lib/vault/open-slot";
import { Session, type SessionState } from "$lib/vault/session";
import { readSlots, type Slot } from "$lib/vault/slot";
import { unlockSlot } from "$lib/vault/unlock";
import type { Environment } from "./environment";

/** What lies around the accesses of a tablet. */
export interface AccessSurroundings {
  readonly oncreated: () => void;
  readonly invitations: () => Promise<readonly Invitation[]>;
}

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
  readonly #invitations: () => Promise<readonly Invitation[]>;

  /**
   * `oncreated` is called when a slot was made here and must be told to the node; `invitations` answers those that
   * the replica holds.
   */
  constructor(
    environment: Environment,
    device: string,
    enrolment: Enrolment,
    { oncreated, invitations }: AccessSurroundings,
  ) {
    this.#invitations = invitations;
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

  /** The team's members, as last told by the node, and those who were invited on this tablet. */
  get members(): readonly Member[] {
    const known = this.#enrolment.members;
    const invited = this.slots.flatMap(({ member: id, state, invitation }) => {
      if (invitation === undefined || state === "refused" || known.some((member) => member.id === id))
        return [];
      return [{ id, name: invitation.name, profession: invitation.profession }];
    });
    return [...known, ...invited];
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

  /** Open the invitation of which `code` was typed. Raises what `openInvitation` raises, and `InvitationUsed`. */
  async openInvitation(code: string): Promise<OpenedInvitation> {
    const opened = await openInvitation(this.#context, await this.#invitations(), code);
    // Its slot was made here already: making it again would orphan what it signed.
    if (this.slots.some(({ slot }) => slot === opened.slot)) throw new InvitationUsed();
    return opened;
  }

  /** Seconds still to wait before another invitation code is looked at. */
  invitationWait(): Promise<number> {
    return this.remaining(INVITATION_ATTEMPTS);
  }

  /** Make a slot for `member`, or for whom an invitation names. Raises what `createSlot` raises. */
  async create(
    member: Member,
    passphrase: string,
    pin: string,
    invitation?: OpenedInvitation,
  ): Promise<CreatedSlot> {
    const names = [member.name];
    const request = { member: member.id, names, passphrase, pin, ...(invitation && { invitation }) };
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

  /** Come back to an open slot with its PIN. Raises what `Session.lift` raises; an access that is over locks. */
  async lift(pin: string, slot: string): Promise<OpenSlot> {
    await this.lockEnded();
    return this.session.lift(pin, slot);
  }

  /** What keeps `slot` from serving today, the day of an invitation being the tablet's civil day. */
  closedToday({ invitation }: Slot): AccessNotBegun | AccessEnded | null {
    if (invitation === undefined) return null;
    try {
      requireDay(invitation, this.#environment.clock);
      return null;
    } catch (error) {
      if (error instanceof AccessNotBegun || error instanceof AccessEnded) return error;
      throw error;
    }
  }

  /** Lock when an invited access in memory is over: its last day ended while the tablet was open. */
  async lockEnded(): Promise<void> {
    const today = civilDate(this.#environment.clock());
    const ended = this.slots.some(
      ({ slot, invitation }) =>
        invitation !== undefined && invitation.validUntil < today && this.isOpen(slot),
    );
    if (ended) await this.session.lock();
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
