/**
 * Access to a node: short tokens, obtained with the device key alone, so that a locked tablet still syncs (wire §6).
 *
 * A token's life is measured on the tablet's monotonic clock, from `expires_at − time` (both the node's): a wall
 * clock wrong by hours neither shortens nor lengthens it.
 */
import type { ControlApi } from "./control";
import { NodeRefusal } from "./errors";

/** The clocks of the tablet. `wall` in ms since the epoch; `monotonic` in ms from any origin, never set back. */
export interface Clocks {
  wall(): number;
  monotonic(): number;
}

/** A token in force, and the node that gave it. */
export interface Access {
  readonly token: string;
  readonly instance: string;
}

/** Signs a node's nonce with the device key: the compact JWS over `{nonce, device, audience, node}`. */
export type SignAssertion = (nonce: string, node: string) => Promise<string>;

/** What an access answer also teaches. */
export interface AccessListener {
  /** The node's clock minus this tablet's, in milliseconds, halfway through the call. */
  clockOffset(milliseconds: number): void;
}

const REFRESH_BEFORE_MS = 60_000;

/** The current token, renewed before it expires; concurrent callers share one renewal. */
export class AccessTokens {
  readonly #api: ControlApi;
  readonly #device: string;
  readonly #sign: SignAssertion;
  readonly #clocks: Clocks;
  readonly #listener: AccessListener;
  #held: { readonly access: Access; readonly refreshAt: number } | null = null;
  #renewal: Promise<Access> | null = null;

  constructor(
    api: ControlApi,
    device: string,
    sign: SignAssertion,
    clocks: Clocks,
    listener: AccessListener,
  ) {
    this.#api = api;
    this.#device = device;
    this.#sign = sign;
    this.#clocks = clocks;
    this.#listener = listener;
  }

  /** A token good for at least some seconds. Raises what {@link ControlApi} raises. */
  async current(): Promise<Access> {
    if (this.#held !== null && this.#clocks.monotonic() < this.#held.refreshAt) return this.#held.access;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** Forget the token held: the node refused it, or is no longer the same node. */
  discard(): void {
    this.#held = null;
  }

  async #renew(): Promise<Access> {
    try {
      return await this.#ask();
    } catch (error) {
      // A nonce serves once and for a short while: a slow link may outlive it. A second one settles the matter.
      if (error instanceof NodeRefusal && error.code === "nonce-invalid") return this.#ask();
      throw error;
    }
  }

  async #ask(): Promise<Access> {
    const { nonce, instance } = await this.#api.nonce(this.#device);
    const assertion = await this.#sign(nonce, instance);
    const asked = { wall: this.#clocks.wall(), monotonic: this.#clocks.monotonic() };
    const answer = await this.#api.token(assertion);
    const took = this.#clocks.monotonic() - asked.monotonic;
    this.#listener.clockOffset(Math.round(answer.time - (asked.wall + took / 2)));
    const life = answer.expiresAt - answer.time;
    // A token so short that the margin would eat it is still used for half its life.
    const margin = Math.min(REFRESH_BEFORE_MS, life / 2);
    const access = { token: answer.token, instance: answer.instance };
    this.#held = { access, refreshAt: asked.monotonic + life - margin };
    return access;
  }
}
