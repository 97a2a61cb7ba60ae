/** The drafts that the open slot may read: this tablet's own and its teammates', and what may become of them. */
import type { TeamKeys } from "$lib/central/keyring";
import { importRecipient, thumbprint } from "$lib/crypto/jwk";
import { randomUuid } from "$lib/crypto/random";
import type { StoredDraft } from "$lib/drafts/draft";
import {
  beginDraft,
  discardDraft,
  handOver,
  listDrafts,
  readDraft,
  restoreDraft,
  type DraftContext,
  type DraftStart,
} from "$lib/drafts/drafts";
import type { OpenSlot } from "$lib/vault/open-slot";
import type { Station } from "./station.svelte";

/** What was found of the drafts, to be shown with what else was read. */
export interface FoundDrafts {
  readonly open: readonly StoredDraft[];
  readonly discarded: readonly StoredDraft[];
  readonly unreadable: readonly string[];
}

const NONE: FoundDrafts = { open: [], discarded: [], unreadable: [] };

/** What a desk's drafts stand on. */
interface Standing {
  readonly station: Station;
  readonly slot: OpenSlot;
  readonly keys: TeamKeys;
  /** Look at the desk again: a draft moved. */
  readonly refresh: () => Promise<void>;
}

/** The drafts of a team on this tablet. */
export class DraftsDesk {
  #found = $state.raw<FoundDrafts>(NONE);
  readonly #at: Standing;

  constructor(at: Standing) {
    this.#at = at;
  }

  /** Drafts to go on with. */
  get open(): readonly StoredDraft[] {
    return this.#found.open;
  }

  /** Drafts put aside with a reason: nothing is erased. */
  get discarded(): readonly StoredDraft[] {
    return this.#found.discarded;
  }

  /** Drafts of this tablet that do not open: kept, and said. */
  get unreadable(): readonly string[] {
    return this.#found.unreadable;
  }

  /** Look at what is stored, without showing it yet. */
  async find(): Promise<FoundDrafts> {
    const { store } = this.#at.station.environment;
    const [{ drafts, unreadable }, discarded] = await Promise.all([
      listDrafts({ store }, this.#at.keys),
      listDrafts({ store }, this.#at.keys, "discarded"),
    ]);
    return { open: drafts, discarded: discarded.drafts, unreadable };
  }

  /** Show what was found; nothing, to forget it. */
  show(found: FoundDrafts = NONE): void {
    this.#found = found;
  }

  /** What drafts are kept with. */
  async context(): Promise<DraftContext> {
    const { station, keys } = this.#at;
    const { encryption_key } = station.access.enrolment.organization;
    const organization = {
      kid: await thumbprint(encryption_key),
      key: await importRecipient(encryption_key),
    };
    const { store, clock } = station.environment;
    return { store, keys: { team: keys, organization }, clock };
  }

  /** Begin a draft of the slot's member from `start`. Answers its id. */
  async begin(start: Omit<DraftStart, "id" | "organization">): Promise<string> {
    const id = randomUuid();
    const organization = this.#at.station.access.enrolment.organization.id;
    await beginDraft(await this.context(), this.#at.slot, { ...start, id, organization });
    return id;
  }

  /** A draft as it is stored. Raises `DraftGone`, `DraftUnreadable`. */
  read(id: string): Promise<StoredDraft> {
    return readDraft(this.#at.station.environment, this.#at.keys, id);
  }

  /** Give a draft to another member of this tablet, or take it from one. */
  async handOver(stored: StoredDraft, to: { slot: string; member: string }): Promise<void> {
    await handOver(await this.context(), stored, to, this.#at.slot.member);
    await this.#at.refresh();
  }

  /** Put a draft aside, with the reason. */
  async discard(stored: StoredDraft, reason: string): Promise<void> {
    await discardDraft(await this.context(), stored, reason, this.#at.slot.member);
    await this.#at.refresh();
  }

  /** Take up a draft that was put aside. */
  async restore(stored: StoredDraft): Promise<void> {
    await restoreDraft(await this.context(), stored);
    await this.#at.refresh();
  }
}
