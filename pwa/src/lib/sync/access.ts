/**
 * Access to a node: short tokens, obtained with the device key alone, so that a locked tablet still syncs (wire §6, §7).
 *
 * A token serves at the node that gave it and nowhere else: what the device key signs names that node. Its life is
 * counted on the tablet's monotonic clock: neither a wall clock wrong by hours nor a hub's own shortens or lengthens it.
 */
import type { ControlApi, NodeIdentity, Nonce } from "./control";
import { NodeRefusal, NodeReplaced, UnexpectedAnswer } from "./errors";

/** The clocks of the tablet. `wall` in ms since the epoch; `monotonic` in ms from any origin, never set back. */
export interface Clocks {
  wall(): number;
  monotonic(): number;
}

/** A token in force, and the node that gave it. */
export interface Access {
  readonly token: string;
  readonly node: NodeIdentity;
}

/** The device, as a node must know it. */
export interface AccessDevice {
  readonly device: string;
  /** The organisation of its enrolment: a node of another is none of ours. */
  readonly organization: string;
  /** Signs a node's nonce with the device key: the compact JWS over `{nonce, device, audience, node}`. */
  sign(nonce: string, node: string): Promise<string>;
}

/** What an access answer also teaches. */
export interface AccessListener {
  /** Central's clock minus this tablet's, in milliseconds, halfway through the call. A hub's clock teaches nothing. */
  clockOffset(milliseconds: number): void;
}

const REFRESH_BEFORE_MS = 60_000;
/** A challenge that is no longer good, or was signed for the node that answered before this one. */
const STALE: ReadonlySet<string> = new Set(["nonce-invalid", "assertion-invalid"]);

/** The current token, renewed before it expires; concurrent callers share one renewal. */
export class AccessTokens {
  readonly #api: ControlApi;
  readonly #device: AccessDevice;
  readonly #clocks: Clocks;
  readonly #listener: AccessListener;
  #held: { readonly access: Access; readonly refreshAt: number } | null = null;
  #renewal: Promise<Access> | null = null;
  #answering: NodeIdentity | null = null;
  /** The challenge that came with the last token, for the next: a request less each time. */
  #next: Nonce | null = null;

  constructor(api: ControlApi, device: AccessDevice, clocks: Clocks, listener: AccessListener) {
    this.#api = api;
    this.#device = device;
    this.#clocks = clocks;
    this.#listener = listener;
  }

  /** The node that was last heard of, or `null`. */
  get answering(): NodeIdentity | null {
    return this.#answering;
  }

  /** A token good for at least some seconds. Raises what {@link ControlApi} raises. */
  async current(): Promise<Access> {
    if (this.#held !== null && this.#clocks.monotonic() < this.#held.refreshAt) return this.#held.access;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /**
   * Call the node with a token; one that it refuses early is replaced, and the call made once more.
   *
   * Its life is counted here: a node whose clock was set, or whose key changed, ends it sooner.
   */
  async spend<Answer>(call: (token: string) => Promise<Answer>): Promise<Answer> {
    const access = await this.current();
    try {
      return await call(access.token);
    } catch (error) {
      if (!(error instanceof NodeRefusal && error.code === "token-invalid")) throw error;
      this.discard(access);
      return call((await this.current()).token);
    }
  }

  /** A token, once the node that gave it is known to be the one that answers now. */
  async confirmed(): Promise<Access> {
    if (this.#held !== null) {
      const { access } = this.#held;
      const answering = await this.identify();
      if (answering.instance !== access.node.instance) this.discard(access);
    }
    return this.current();
  }

  /** Forget `refused`, if it is the token held: the node refused it, or is no longer the same node. */
  discard(refused: Access): void {
    if (this.#held?.access === refused) this.#held = null;
  }

  /** Ask which node answers now. */
  async identify(): Promise<NodeIdentity> {
    const node = await this.#api.node();
    if (node.organization !== null && node.organization !== this.#device.organization) {
      throw new UnexpectedAnswer("the node is another organisation's");
    }
    this.#answering = node;
    return node;
  }

  async #renew(): Promise<Access> {
    try {
      return await this.#ask();
    } catch (error) {
      // A nonce serves once, for a while, at one node: a second one settles the matter.
      if (error instanceof NodeRefusal && STALE.has(error.code)) return this.#ask();
      throw error;
    }
  }

  async #ask(): Promise<Access> {
    const { nonce, instance } = await this.#challenge();
    const node = await this.#known(instance);
    const assertion = await this.#device.sign(nonce, node.instance);
    const asked = { wall: this.#clocks.wall(), monotonic: this.#clocks.monotonic() };
    const answer = await this.#api.token(assertion);
    if (answer.instance !== node.instance) throw new NodeReplaced(answer.instance);
    const took = this.#clocks.monotonic() - asked.monotonic;
    if (node.kind === "central") {
      this.#listener.clockOffset(Math.round(answer.time - (asked.wall + took / 2)));
    }
    // A token so short that the margin would eat it is still used for half its life.
    const margin = Math.min(REFRESH_BEFORE_MS, answer.lifetimeMs / 2);
    if (answer.nonce !== null) this.#next = { nonce: answer.nonce, instance: node.instance };
    const access = { token: answer.token, node };
    this.#held = { access, refreshAt: asked.monotonic + answer.lifetimeMs - margin };
    return access;
  }

  async #challenge(): Promise<Nonce> {
    const kept = this.#next;
    this.#next = null;
    if (kept !== null && kept.instance === this.#answering?.instance) return kept;
    try {
      return await this.#api.nonce(this.#device.device);
    } catch (error) {
      // Who refused is said on screen: central, or a hub that does not know this tablet yet.
      if (error instanceof NodeRefusal) await this.identify().catch(() => undefined);
      throw error;
    }
  }

  /** What is known of the node that gave a challenge; it is asked only when it is another than before. */
  async #known(instance: string | null): Promise<NodeIdentity> {
    if (instance !== null && instance === this.#answering?.instance) return this.#answering;
    const node = await this.identify();
    if (instance !== null && node.instance !== instance) throw new NodeReplaced(node.instance);
    return node;
  }
}
