import "fake-indexeddb/auto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fromUtf8 } from "$lib/crypto/bytes";
import { importVerifying } from "$lib/crypto/jwk";
import { verifyCompact } from "$lib/crypto/jws";
import { openStore } from "$lib/store/database";
import { ControlApi } from "$lib/sync/control";
import { NodeUnreachable } from "$lib/sync/errors";
import { createSlot, type CreatedSlot } from "$lib/vault/create";
import { SlotLocked } from "$lib/vault/errors";
import { linkProof } from "$lib/vault/link-proof";
import type { Desk } from "../../src/app/desk.svelte";
import { RemoteLinkDesk } from "../../src/app/remote.svelte";

const DEVICE = "device";
const LINK = {
  id: "l",
  url: "https://node.test/avis/s",
  code: "042817",
  expires_at: "2026-11-27T10:00:00+01:00",
};
let created: CreatedSlot;

async function newSlot(name: string): Promise<CreatedSlot> {
  const argon2 = { memory_kib: 64, passes: 1, lanes: 1 };
  const store = await openStore(name);
  const request = {
    member: "member",
    passphrase: "mouette phare bouée voile amarre digue sillage",
    pin: "4827",
  };
  return createSlot({ store, clock: () => new Date(), argon2 }, DEVICE, request);
}

beforeAll(async () => {
  created = await newSlot("remote-link");
});

/** What the slot signed, once the signature holds. */
async function signedClaims(proof: string): Promise<object> {
  const key = await importVerifying(created.slot.signing_key);
  return JSON.parse(fromUtf8(await verifyCompact(proof, "escale-remote-link+jws", key))) as object;
}

describe("the proof of who asks for a link (wire §6.1)", () => {
  const request = { device: DEVICE, visit: "visit", stop: "stop", nonce: "n1" };

  it("is signed by the slot at work, over this very request", async () => {
    expect(await signedClaims(await linkProof(created.open, request))).toEqual({
      v: 1,
      purpose: "remote-link",
      device: DEVICE,
      slot: created.slot.slot,
      member: "member",
      visit: "visit",
      stop: "stop",
      nonce: "n1",
    });
  });

  it("cannot be made once the tablet is locked", async () => {
    const { open } = await newSlot("remote-link-locked");
    open.drop();
    await expect(linkProof(open, request)).rejects.toThrow(SlotLocked);
  });
});

describe("the link of a visit", () => {
  let sent: { path: string; body: Record<string, unknown> }[];
  let answers: [status: number, answer: object][];

  beforeEach(() => {
    sent = [];
    answers = [];
  });

  /** A desk whose central draws `n1`, `n2`…, and answers link requests with `answers` in turn. */
  function desk(): Desk {
    const fetcher: typeof fetch = (input, init) => {
      const path = new URL(String(input)).pathname;
      sent.push({ path, body: JSON.parse(String(init?.body)) as Record<string, unknown> });
      if (path === "/api/device/nonce") return Promise.resolve(Response.json({ nonce: `n${sent.length}` }));
      const [status, answer] = answers.shift() ?? [201, LINK];
      return Promise.resolve(Response.json(answer, { status }));
    };
    const api = new ControlApi("https://node.test", fetcher);
    const station = {
      device: { device: DEVICE },
      atCentral: <A>(call: (api: ControlApi, token: string) => Promise<A>) => call(api, "token"),
      environment: { timers: { after: () => () => undefined } },
    };
    return { slot: created.open, station } as unknown as Desk;
  }

  const refusal = (code: string): object => ({ code, title: "", detail: "" });

  it("is asked for with a challenge of central and the proof over it, and no member is claimed", async () => {
    const remote = new RemoteLinkDesk(desk(), "visit", "stop");
    await remote.make(" Dr Roux ");
    expect(sent.map(({ path }) => path)).toEqual(["/api/device/nonce", "/api/remote-links"]);
    expect(sent[0]?.body).toEqual({ device: DEVICE });
    const { proof, ...rest } = sent[1]?.body ?? {};
    expect(rest).toEqual({ visit: "visit", stop: "stop", physician: "Dr Roux", again: false });
    expect(await signedClaims(String(proof))).toMatchObject({ nonce: "n1", visit: "visit", stop: "stop" });
    expect(remote.link?.code).toBe("042817");
  });

  it("of a visit that was answered is made only when asked for again, with a fresh challenge", async () => {
    const remote = new RemoteLinkDesk(desk(), "visit", "stop");
    answers = [[409, refusal("link-answered")]];
    await remote.make("");
    expect([remote.trouble, remote.isAnswered, remote.link]).toEqual(["answered", true, null]);
    await remote.make("");
    const [first, second] = sent.filter(({ path }) => path === "/api/remote-links");
    expect([first?.body["again"], second?.body["again"]]).toEqual([false, true]);
    expect(await signedClaims(String(second?.body["proof"]))).toMatchObject({ nonce: "n3" });
    expect([remote.trouble, remote.state]).toEqual([null, "waiting"]);
  });

  it.each([
    ["stop-day", 409, "day"],
    ["slot-closed", 403, "access"],
    ["member-unknown", 403, "access"],
    ["consent-refused", 409, "no-consent"],
    ["not-found", 404, "refused"],
    ["unavailable", 503, "failed"],
    ["nonce-invalid", 401, "failed"],
    ["rate-limited", 429, "busy"],
  ] as const)("that is refused as %s says why", async (code, status, trouble) => {
    const remote = new RemoteLinkDesk(desk(), "visit", "stop");
    answers = [[status, refusal(code)]];
    await remote.make("");
    expect(remote.trouble).toBe(trouble);
    expect([remote.link, remote.busy]).toEqual([null, false]);
  });

  it("is not made without a network, and says so", async () => {
    const station = {
      device: { device: DEVICE },
      atCentral: () => Promise.reject(new NodeUnreachable("no route")),
    };
    const remote = new RemoteLinkDesk({ slot: created.open, station } as unknown as Desk, "visit", "stop");
    await remote.make("");
    expect([remote.trouble, remote.link, remote.busy]).toEqual(["no-network", null, false]);
  });
});
