/**
 * From a card to an enrolled tablet (wire §6): redeem, show the short code, wait for the coordinator, verify the key.
 *
 * Every step can be interrupted: the card is kept until it has served, and the tablet resumes where it was, without
 * network if need be. The secret of the card is forgotten as soon as the enrolment is confirmed or refused.
 */
import { thumbprint } from "$lib/crypto/jwk";
import { randomUuid } from "$lib/crypto/random";
import type { Clock } from "$lib/store/clock";
import type { Store } from "$lib/store/database";
import {
  deviceShortCode,
  establishDevice,
  proveEnrolment,
  saveEnrolment,
  type Enrolment,
} from "$lib/store/device";
import { readSetting, removeSetting, writeSetting } from "$lib/store/settings";
import type { ControlApi } from "$lib/sync/control";
import { NodeRefusal, NodeUnreachable } from "$lib/sync/errors";
import type { Interruption } from "$lib/sync/interruption";
import type { Card, Link } from "./link";

/** Why an enrolment cannot go on with this card. */
export type CardDefect = "malformed" | "expired" | "used" | "unknown" | "foreign" | "refused";

/** Where the enrolment stands. */
export type EnrolmentStep =
  | { readonly kind: "no-card" }
  | { readonly kind: "presented"; readonly card: Card; readonly unreachable: boolean; readonly busy: boolean }
  | { readonly kind: "waiting"; readonly shortCode: string; readonly unreachable: boolean }
  | { readonly kind: "stopped"; readonly defect: CardDefect };

/** A card that was presented here and has not served yet. */
interface Pending {
  readonly card: Card;
  readonly label: string;
  readonly redeemed: boolean;
}

const PENDING = "enrolment.pending";
const ASK_EVERY_MS = 3_000;
const DEFECT_OF_CODE: Readonly<Record<string, CardDefect>> = {
  "card-unknown": "unknown",
  "card-used": "used",
  "card-expired": "expired",
  "card-foreign": "foreign",
};

/** The enrolment of this tablet, for its screen. */
export class EnrolmentFlow {
  step = $state.raw<EnrolmentStep>({ kind: "no-card" });

  /** Called once the enrolment is stored. */
  onenrolled: () => Promise<void> = () => Promise.resolve();

  readonly #store: Store;
  readonly #api: ControlApi;
  readonly #clock: Clock;
  readonly #interruption: Interruption;
  #label = "";

  constructor(store: Store, api: ControlApi, clock: Clock, interruption: Interruption) {
    this.#store = store;
    this.#api = api;
    this.#clock = clock;
    this.#interruption = interruption;
  }

  /** Begin with the link of the page, or resume with the card kept from last time. */
  async begin(link: Link): Promise<void> {
    if (link.kind === "malformed") return this.#stop("malformed");
    const pending = await readSetting(this.#store, PENDING, (value) => value as Pending | undefined);
    if (link.kind === "card" && link.card.secret !== pending?.card.secret) return this.#present(link.card);
    if (pending === undefined) return;
    this.#label = pending.label;
    if (pending.redeemed) return this.#wait(pending.card);
    this.#present(pending.card);
  }

  /** Redeem the card presented, naming this tablet `label`, then wait for the coordinator. */
  async redeem(label: string): Promise<void> {
    if (this.step.kind !== "presented" || this.step.busy) return;
    const { card } = this.step;
    this.#label = label;
    this.step = { ...this.step, busy: true };
    await this.#keep({ card, label, redeemed: false });
    try {
      await this.#redeem(card);
    } catch (error) {
      if (error instanceof NodeUnreachable) {
        this.step = { kind: "presented", card, unreachable: true, busy: false };
        return;
      }
      return this.#refuse(error);
    }
    await this.#keep({ card, label, redeemed: true });
    await this.#wait(card);
  }

  #present(card: Card): void {
    if (this.#clock().getTime() >= card.expiresAt) void this.#stop("expired");
    else this.step = { kind: "presented", card, unreachable: false, busy: false };
  }

  async #redeem(card: Card): Promise<void> {
    const device = await establishDevice(this.#store, randomUuid);
    try {
      await this.#api.redeem({
        secret: card.secret,
        device: device.device,
        key: device.jwk,
        label: this.#label,
        proof: await proveEnrolment(device, card.secret),
      });
    } catch (error) {
      // The answer to an earlier try may have been lost on the way: then the card is used, and by this tablet.
      if (!(error instanceof NodeRefusal) || error.code !== "card-used") throw error;
      const served = await this.#api.enrolmentStatus(card.secret, device.device).catch(() => null);
      if (served === null) throw error;
    }
  }

  async #wait(card: Card): Promise<void> {
    const device = await establishDevice(this.#store, randomUuid);
    const shortCode = await deviceShortCode(device);
    this.step = { kind: "waiting", shortCode, unreachable: false };
    for (;;) {
      try {
        const status = await this.#api.enrolmentStatus(card.secret, device.device);
        if (status.state === "refused") return await this.#stop("refused");
        if (status.state === "confirmed") return await this.#finish(card, status.enrolment);
        this.step = { kind: "waiting", shortCode, unreachable: false };
      } catch (error) {
        if (!(error instanceof NodeUnreachable)) return this.#refuse(error);
        this.step = { kind: "waiting", shortCode, unreachable: true };
      }
      await this.#interruption.wait(ASK_EVERY_MS);
    }
  }

  /** The node must be the card's organisation: same identifier, same signing key. Anything else is foreign. */
  async #finish(card: Card, enrolment: Enrolment): Promise<void> {
    const { id, signing_key } = enrolment.organization;
    const genuine = id === card.organization && (await thumbprint(signing_key)) === card.thumbprint;
    if (!genuine) return this.#stop("foreign");
    await saveEnrolment(this.#store, enrolment);
    await removeSetting(this.#store, PENDING);
    await this.onenrolled();
  }

  async #refuse(error: unknown): Promise<void> {
    if (!(error instanceof NodeRefusal)) throw error;
    await this.#stop(DEFECT_OF_CODE[error.code] ?? "refused");
  }

  async #stop(defect: CardDefect): Promise<void> {
    this.step = { kind: "stopped", defect };
    if (defect !== "malformed") await removeSetting(this.#store, PENDING);
  }

  async #keep(pending: Pending): Promise<void> {
    await writeSetting(this.#store, PENDING, pending);
  }
}
