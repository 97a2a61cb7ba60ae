import "fake-indexeddb/auto";
import { createHash } from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";
import { exportPublic, generateSigningKeys, thumbprint } from "$lib/crypto/jwk";
import { openStore, type Store } from "$lib/store/database";
import { readDevice } from "$lib/store/device";
import { ControlApi } from "$lib/sync/control";
import { Interruption } from "$lib/sync/interruption";
import { EnrolmentFlow } from "../../src/app/enrolment.svelte";
import type { Card, Link } from "../../src/app/link";

const NOW = new Date("2026-11-23T09:00:00Z");
const ORGANIZATION = "17ca5e1d-f289-4006-b94f-03d02e351f3b";

/** The enrolment calls of a node (wire §6), for one card. */
class EnrolmentDesk {
  reachable = true;
  answerLost = false;
  confirmed = false;
  refused = false;
  problem: string | null = null;
  organization = ORGANIZATION;
  redeemedBy: string | null = null;
  key: object = {};

  readonly fetch: typeof fetch = (input, init = {}) => {
    if (!this.reachable) return Promise.reject(new TypeError("fetch failed"));
    const body = JSON.parse(String(init.body)) as { device: string; secret: string };
    if (this.problem !== null) return Promise.resolve(this.#refusal(this.problem));
    if (String(input).endsWith("/redeem")) return this.#redeem(body.device);
    if (this.redeemedBy !== body.device) return Promise.resolve(this.#refusal("card-unknown"));
    return Promise.resolve(Response.json(this.#status()));
  };

  #redeem(device: string): Promise<Response> {
    if (this.redeemedBy !== null) return Promise.resolve(this.#refusal("card-used"));
    this.redeemedBy = device;
    if (this.answerLost) return Promise.reject(new TypeError("connection reset"));
    const answer = { enrolment: device, short_code: "ABC-DEF", state: "pending" };
    return Promise.resolve(Response.json(answer, { status: 201 }));
  }

  #status(): object {
    if (this.refused) return { state: "refused" };
    if (!this.confirmed) return { state: "pending" };
    return {
      state: "confirmed",
      organization: {
        id: this.organization,
        title: "CPTS",
        signing_key: this.key,
        encryption_key: this.key,
      },
      team: { id: "team", title: "Bus" },
      campaign: { id: "campaign", title: "Médicobus" },
      database: "t0",
      members: [],
      sync_url: "/sync",
    };
  }

  #refusal(code: string): Response {
    return Response.json({ code, title: code, detail: code, status: 403 }, { status: 403 });
  }
}

let store: Store;
let desk: EnrolmentDesk;
let card: Card;
let stores = 0;

beforeEach(async () => {
  stores += 1;
  store = await openStore(`enrolment-${stores}`);
  desk = new EnrolmentDesk();
  desk.key = await exportPublic((await generateSigningKeys(false)).publicKey);
  card = {
    secret: createHash("sha256").update(String(stores)).digest("base64url"),
    expiresAt: NOW.getTime() + 3_600_000,
    thumbprint: await thumbprint(desk.key as never),
    organization: ORGANIZATION,
  };
});

function tablet(): { flow: EnrolmentFlow; awake: Interruption; enrolled: () => boolean } {
  const awake = new Interruption();
  let done = false;
  const flow = new EnrolmentFlow(store, new ControlApi("https://node.test", desk.fetch), () => NOW, awake);
  flow.onenrolled = () => {
    done = true;
    return Promise.resolve();
  };
  return { flow, awake, enrolled: () => done };
}

const presented = (): Link => ({ kind: "card", card });

test("a card is redeemed, the code is shown, and the confirmation enrols the tablet", async () => {
  const { flow, awake, enrolled } = tablet();
  await flow.begin(presented());
  void flow.redeem("Bus 1");
  await vi.waitFor(() => expect(flow.step.kind).toBe("waiting"));
  desk.confirmed = true;
  await vi.waitFor(() => {
    awake.interrupt();
    expect(enrolled()).toBe(true);
  });
  expect((await readDevice(store))?.enrolment?.database).toBe("t0");
});

test("a card past its date is refused before anything is sent", async () => {
  const { flow } = tablet();
  card = { ...card, expiresAt: NOW.getTime() };
  await flow.begin(presented());
  expect(flow.step).toEqual({ kind: "stopped", defect: "expired" });
  expect(desk.redeemedBy).toBeNull();
});

test.each([
  ["card-used", "used"],
  ["card-unknown", "unknown"],
  ["card-expired", "expired"],
  ["device-revoked", "refused"],
])("the node's answer %s stops the enrolment as %s", async (problem, defect) => {
  const { flow } = tablet();
  desk.problem = problem;
  await flow.begin(presented());
  await flow.redeem("Bus 1");
  expect(flow.step).toEqual({ kind: "stopped", defect });
});

test("a node with another key than the card's is foreign, and nothing of it is kept", async () => {
  const { flow } = tablet();
  card = { ...card, thumbprint: "A".repeat(43) };
  desk.confirmed = true;
  await flow.begin(presented());
  await flow.redeem("Bus 1");
  expect(flow.step).toEqual({ kind: "stopped", defect: "foreign" });
  expect((await readDevice(store))?.enrolment).toBeNull();
});

test("a node of another organisation than the card's is foreign", async () => {
  const { flow } = tablet();
  desk.organization = "00000000-0000-4000-8000-000000000000";
  desk.confirmed = true;
  await flow.begin(presented());
  await flow.redeem("Bus 1");
  expect(flow.step).toEqual({ kind: "stopped", defect: "foreign" });
});

test("without network the card is kept, and the enrolment resumes with it after a restart", async () => {
  const first = tablet();
  desk.reachable = false;
  await first.flow.begin(presented());
  await first.flow.redeem("Bus 1");
  expect(first.flow.step).toMatchObject({ kind: "presented", unreachable: true });
  desk.reachable = true;
  desk.confirmed = true;
  const second = tablet();
  await second.flow.begin({ kind: "none" });
  await second.flow.redeem("Bus 1");
  expect(second.enrolled()).toBe(true);
});

test("a card whose answer was lost on the way is not taken for another tablet's", async () => {
  const { flow, enrolled } = tablet();
  desk.answerLost = true;
  await flow.begin(presented());
  await flow.redeem("Bus 1");
  expect(flow.step).toMatchObject({ kind: "presented", unreachable: true });
  desk.confirmed = true;
  await flow.redeem("Bus 1");
  expect(enrolled()).toBe(true);
});

test("a coordinator's refusal is said, and the card is forgotten", async () => {
  const { flow } = tablet();
  desk.refused = true;
  await flow.begin(presented());
  await flow.redeem("Bus 1");
  expect(flow.step).toEqual({ kind: "stopped", defect: "refused" });
  const next = tablet();
  await next.flow.begin({ kind: "none" });
  expect(next.flow.step).toEqual({ kind: "no-card" });
});
