/**
 * The control API of a node as a tablet calls it (wire §6): enrolment, tokens, slots.
 *
 * Every call raises {@link NodeUnreachable} when nothing answered or the node is down, {@link NodeRefusal} with the
 * problem code when it refused, and {@link UnexpectedAnswer} when the answer is not what wire.md says.
 */
import { parsePublicJwk, type PublicJwk } from "$lib/crypto/jwk";
import type { Enrolment } from "$lib/store/device";
import type { NodeKind } from "$lib/store/schema";
import { fields, instant, list, text, type Fields } from "./answer";
import { NodeFailing, NodeRefusal, NodeUnreachable, UnexpectedAnswer } from "./errors";

/** Who the node is: `instance` changes when another store answers under the same name (wire §7). */
export interface NodeIdentity {
  readonly instance: string;
  readonly kind: NodeKind;
  /** The organisation it serves; `null` from a node that does not say. */
  readonly organization: string | null;
}

/** A challenge, and the node that gave it; `null` from a node that does not say. */
export interface Nonce {
  readonly nonce: string;
  readonly instance: string | null;
}

/** Where an enrolment stands. */
export type EnrolmentStatus =
  { readonly state: "pending" | "refused" } | { readonly state: "confirmed"; readonly enrolment: Enrolment };

/** A fresh token. `time`: the node's clock, milliseconds since the epoch, which of a hub may be wrong by hours. */
export interface TokenAnswer {
  readonly token: string;
  readonly lifetimeMs: number;
  readonly time: number;
  readonly instance: string;
  /** The challenge for the next assertion; `null` from a node that gives none. */
  readonly nonce: string | null;
}

/** Where the coordinator's confirmation of a slot stands. */
export interface SlotStatus {
  readonly slot: string;
  readonly state: "pending" | "confirmed" | "refused" | "revoked";
  readonly short_code: string;
}

/** What `POST /api/slots` takes. */
export interface SlotRequest {
  readonly slot: string;
  readonly member: string;
  readonly signing_key: PublicJwk;
  readonly agreement_key: PublicJwk;
  readonly proof: string;
  readonly invitation?: { readonly id: string; readonly proof: string };
}

/** What `POST /api/enrolments/redeem` takes. */
export interface RedeemRequest {
  readonly secret: string;
  readonly device: string;
  readonly key: PublicJwk;
  readonly label: string;
  readonly proof: string;
}

/** A link for a remote doctor, as it was made: its code is told here and nowhere else. */
export interface RemoteLink {
  readonly id: string;
  readonly url: string;
  /** Six digits, said aloud. */
  readonly code: string;
  /** Milliseconds since the epoch, the node's clock. */
  readonly expiresAt: number;
}

const LINK_STATES = ["waiting", "opened", "answered", "expired", "locked"] as const;
/** Where a remote doctor's link stands. */
export type RemoteLinkState = (typeof LINK_STATES)[number];

const TIMEOUT_MS = 20_000;
const SLOT_STATES = ["pending", "confirmed", "refused", "revoked"] as const;

/** The calls, against the node at `origin` (scheme, host and port, without path). */
export class ControlApi {
  readonly #origin: string;
  readonly #fetch: typeof fetch;

  constructor(origin: string, fetcher: typeof fetch) {
    this.#origin = origin;
    this.#fetch = fetcher;
  }

  async node(): Promise<NodeIdentity> {
    const answer = await this.#call("GET", "/api/node");
    const { kind = "central", organization = null } = answer;
    if (kind !== "central" && kind !== "hub") throw new UnexpectedAnswer("kind of the node is unknown");
    if (organization !== null && typeof organization !== "string") {
      throw new UnexpectedAnswer("organization is not a text");
    }
    return { instance: text(answer, "instance"), kind, organization };
  }

  async redeem(request: RedeemRequest): Promise<{ readonly enrolment: string; readonly shortCode: string }> {
    const answer = await this.#call("POST", "/api/enrolments/redeem", { body: request });
    return { enrolment: text(answer, "enrolment"), shortCode: text(answer, "short_code") };
  }

  async enrolmentStatus(secret: string, device: string): Promise<EnrolmentStatus> {
    const answer = await this.#call("POST", "/api/enrolments/status", { body: { secret, device } });
    const state = text(answer, "state");
    if (state === "confirmed") return { state, enrolment: readEnrolment(answer) };
    if (state === "pending" || state === "refused") return { state };
    throw new UnexpectedAnswer(`state is ${state}`);
  }

  async nonce(device: string): Promise<Nonce> {
    const answer = await this.#call("POST", "/api/device/nonce", { body: { device } });
    const instance = answer["instance"] === undefined ? null : text(answer, "instance");
    return { nonce: text(answer, "nonce"), instance };
  }

  async token(assertion: string): Promise<TokenAnswer> {
    const answer = await this.#call("POST", "/api/device/token", { body: { assertion } });
    return {
      token: text(answer, "token"),
      lifetimeMs: lifetime(answer),
      time: instant(answer, "time"),
      instance: text(answer, "instance"),
      nonce: answer["nonce"] === undefined ? null : text(answer, "nonce"),
    };
  }

  async device(token: string): Promise<Enrolment> {
    return readEnrolment(await this.#call("GET", "/api/device", { token }));
  }

  async createSlot(token: string, request: SlotRequest): Promise<SlotStatus> {
    return readSlot(await this.#call("POST", "/api/slots", { token, body: request }));
  }

  async slot(token: string, slot: string): Promise<SlotStatus> {
    return readSlot(await this.#call("GET", `/api/slots/${encodeURIComponent(slot)}`, { token }));
  }

  /** Send sealed satisfaction answers, 1 to 50; yields the positions of those to send again later (wire §6.1). */
  async satisfaction(token: string, responses: readonly string[]): Promise<readonly number[]> {
    const answer = await this.#call("POST", "/api/satisfaction", { token, body: { responses } });
    if (typeof answer["stored"] !== "number") throw new UnexpectedAnswer("stored is not a number");
    const later: unknown = answer["later"] ?? [];
    const isPosition = (each: unknown): each is number =>
      Number.isInteger(each) && Number(each) >= 0 && Number(each) < responses.length;
    if (!Array.isArray(later) || !later.every(isPosition))
      throw new UnexpectedAnswer("later does not name what was sent");
    return later;
  }

  /** Make the link of a remote doctor; the one before of the same visit ends (wire §6.1). */
  async createRemoteLink(
    token: string,
    request: {
      readonly visit: string;
      readonly stop: string;
      /** By the slot of whoever asks, whose vault is open. */
      readonly proof: string;
      readonly physician: string | null;
      /** Another answer is wanted beside the one that is there. */
      readonly again: boolean;
    },
  ): Promise<RemoteLink> {
    const answer = await this.#call("POST", "/api/remote-links", { token, body: request });
    return {
      id: text(answer, "id"),
      url: text(answer, "url"),
      code: text(answer, "code"),
      expiresAt: instant(answer, "expires_at"),
    };
  }

  /** Where the link `id` stands. */
  async remoteLink(token: string, id: string): Promise<RemoteLinkState> {
    const answer = await this.#call("GET", `/api/remote-links/${encodeURIComponent(id)}`, { token });
    const state = LINK_STATES.find((known) => known === answer["state"]);
    if (state === undefined) throw new UnexpectedAnswer("state of the link is unknown");
    return state;
  }

  async #call(method: string, path: string, sent: { token?: string; body?: unknown } = {}): Promise<Fields> {
    const headers = new Headers({ Accept: "application/json" });
    if (sent.token !== undefined) headers.set("Authorization", `Bearer ${sent.token}`);
    if (sent.body !== undefined) headers.set("Content-Type", "application/json");
    let response: Response;
    let answer: unknown;
    try {
      response = await this.#fetch(this.#origin + path, {
        method,
        headers,
        // No cache mode: any but the default makes Chromium ask leave (CORS preflight) again for each request.
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
      });
      answer = await readJson(response);
    } catch (cause) {
      throw new NodeUnreachable(`${method} ${path}: no answer`, { cause });
    }
    if (response.ok) return fields(answer, path);
    throw refusal(response.status, answer, path);
  }
}

async function readJson(response: Response): Promise<unknown> {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    return null; // a proxy's page: the status alone says what happened
  }
}

function refusal(status: number, answer: unknown, path: string): NodeRefusal | NodeFailing {
  const problem = typeof answer === "object" && answer !== null ? (answer as Fields) : {};
  const code = typeof problem["code"] === "string" ? problem["code"] : null;
  const detail = typeof problem["detail"] === "string" ? problem["detail"] : `${path}: ${status}`;
  if (status >= 500 || status === 429 || code === null) return new NodeFailing(status, detail);
  return new NodeRefusal(code, status, detail);
}

/** `lifetime_s` in milliseconds; of a node that does not tell it, what both its instants say. */
function lifetime(answer: Fields): number {
  const { lifetime_s } = answer;
  if (lifetime_s === undefined) return instant(answer, "expires_at") - instant(answer, "time");
  if (typeof lifetime_s !== "number" || !(lifetime_s > 0)) {
    throw new UnexpectedAnswer("lifetime_s is not a duration");
  }
  return lifetime_s * 1000;
}

function readSlot(answer: Fields): SlotStatus {
  const state = SLOT_STATES.find((known) => known === answer["state"]);
  if (state === undefined) throw new UnexpectedAnswer("state of the slot is unknown");
  return { slot: text(answer, "slot"), state, short_code: text(answer, "short_code") };
}

function readEnrolment(answer: Fields): Enrolment {
  const organization = fields(answer["organization"], "organization");
  return {
    organization: {
      ...readTitled(organization),
      signing_key: readKey(organization, "signing_key"),
      encryption_key: readKey(organization, "encryption_key"),
    },
    team: readTitled(fields(answer["team"], "team")),
    campaign: readTitled(fields(answer["campaign"], "campaign")),
    database: text(answer, "database"),
    members: list(answer, "members", (member) => ({
      id: text(member, "id"),
      name: text(member, "name"),
      profession: text(member, "profession"),
    })),
    sync_url: text(answer, "sync_url"),
  };
}

function readTitled(from: Fields): { readonly id: string; readonly title: string } {
  return { id: text(from, "id"), title: text(from, "title") };
}

function readKey(from: Fields, name: string): PublicJwk {
  const key = parsePublicJwk(from[name]);
  if (key === null) throw new UnexpectedAnswer(`${name} is not an EC P-256 key`);
  return key;
}
