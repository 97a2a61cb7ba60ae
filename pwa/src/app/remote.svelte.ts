/** The link of a remote doctor, while its screen is open: made, told, and watched until it is answered or ends. */
import { NodeFailing, NodeRefusal, NodeUnreachable, SyncError } from "$lib/sync/errors";
import type { RemoteLink, RemoteLinkState } from "$lib/sync/control";
import type { Desk } from "./desk.svelte";

/** How often central is asked where the link stands. */
const ASK_EVERY_MS = 4_000;

/** Why there is no link, or no news of it. */
export type LinkTrouble = "no-network" | "busy" | "no-consent" | "refused" | "failed";

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

  /** Ask central for a link; the one before ends. `physician` is as it was typed. */
  async make(physician: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    const request = {
      visit: this.#visit,
      stop: this.#stop,
      member: this.#desk.slot.member,
      physician: physician.trim() === "" ? null : physician.trim(),
    };
    try {
      const link = await this.#desk.station.atCentral((api, token) => api.createRemoteLink(token, request));
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

function troubleOf(error: unknown): LinkTrouble {
  if (error instanceof NodeFailing) return error.status === 429 ? "busy" : "failed";
  if (error instanceof NodeUnreachable) return "no-network";
  if (error instanceof NodeRefusal) return error.code === "consent-refused" ? "no-consent" : "refused";
  if (error instanceof SyncError) return "failed";
  throw error;
}
