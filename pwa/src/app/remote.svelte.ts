/** The link of a remote doctor, while its screen is open: made, told, and watched until it is answered or ends. */
import { NodeFailing, NodeRefusal, NodeUnreachable, SyncError } from "$lib/sync/errors";
import type { RemoteLink, RemoteLinkState } from "$lib/sync/control";
import { SlotLocked } from "$lib/vault/errors";
import { linkProof } from "$lib/vault/link-proof";
import type { Desk } from "./desk.svelte";

/** How often central is asked where the link stands. */
const ASK_EVERY_MS = 4_000;

/** Why there is no link, or no news of it. */
export type LinkTrouble =
  "no-network" | "busy" | "no-consent" | "refused" | "failed" | "day" | "access" | "answered";

/** The links that this session made, by visit: their codes are nowhere else. */
const held = new WeakMap<Desk, Readonly<Record<string, RemoteLink>>>();

/** The link of one visit. */
export class RemoteLinkDesk {
  link = $state.raw<RemoteLink | null>(null);
  state = $state<RemoteLinkState | null>(null);
  trouble = $state<LinkTrouble | null>(null);
  busy = $state(false);
  readonly #desk: Desk;
  readonly #visit: string;
  readonly #stop: string;
  #cancel: (() => void) | null = null;
  #left = false;

  constructor(desk: Desk, visit: string, stop: string) {
    this.#desk = desk;
    this.#visit = visit;
    this.#stop = stop;
    this.link = held.get(desk)?.[visit] ?? null;
  }

  /** Whether the link still opens something. */
  get isOpen(): boolean {
    return this.state === null || this.state === "waiting" || this.state === "opened";
  }

  /** Whether a doctor answered: another answer has to be asked for expressly. */
  get isAnswered(): boolean {
    return this.state === "answered" || this.trouble === "answered";
  }

  /** Ask central for a link, as the member at work; the one before ends. `physician` is as it was typed. */
  async make(physician: string): Promise<void> {
    if (this.busy) return;
    const again = this.isAnswered;
    this.busy = true;
    this.trouble = null;
    const { slot, station } = this.#desk;
    const { device } = station.device;
    const about = { visit: this.#visit, stop: this.#stop };
    const named = physician.trim() === "" ? null : physician.trim();
    try {
      const link = await station.atCentral(async (api, token) => {
        const { nonce } = await api.nonce(device);
        const proof = await linkProof(slot, { ...about, device, nonce });
        return api.createRemoteLink(token, { ...about, proof, physician: named, again });
      });
      held.set(this.#desk, { ...held.get(this.#desk), [this.#visit]: link });
      this.link = link;
      this.state = "waiting";
      this.#again();
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  }

  /** Look where it stands now, and go on looking until {@link leave}. */
  async watch(): Promise<void> {
    const { link } = this;
    if (link === null || this.#left) return;
    try {
      this.state = await this.#desk.station.atCentral((api, token) => api.remoteLink(token, link.id));
      this.trouble = null;
    } catch (error) {
      this.trouble = troubleOf(error);
    }
    if (this.link === link && this.isOpen) this.#again();
  }

  /** The screen is left. */
  leave(): void {
    this.#left = true;
    this.#cancel?.();
  }

  #again(): void {
    this.#cancel?.();
    if (this.#left) return;
    this.#cancel = this.#desk.station.environment.timers.after(ASK_EVERY_MS, () => void this.watch());
  }
}

const TROUBLE_OF: Readonly<Record<string, LinkTrouble>> = {
  "stop-day": "day",
  "slot-closed": "access",
  "member-unknown": "access",
  "link-answered": "answered",
  "consent-refused": "no-consent",
  "nonce-invalid": "failed",
};

function troubleOf(error: unknown): LinkTrouble {
  if (error instanceof NodeFailing) return error.status === 429 ? "busy" : "failed";
  if (error instanceof NodeUnreachable) return "no-network";
  if (error instanceof NodeRefusal) return TROUBLE_OF[error.code] ?? "refused";
  if (error instanceof SlotLocked) return "failed"; // nobody is at work any more, and this screen is gone
  if (error instanceof SyncError) return "failed";
  throw error;
}
