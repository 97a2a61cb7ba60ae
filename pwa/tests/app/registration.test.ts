import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "$lib/store/database";
import { AccessTokens } from "$lib/sync/access";
import { ControlApi } from "$lib/sync/control";
import { createSlot } from "$lib/vault/create";
import { readSlot, updateSlot } from "$lib/vault/slot";
import { registerSlots, type RegistrationContext } from "../../src/app/registration";

let store: Store;
let stores = 0;
let slot: string;

beforeEach(async () => {
  stores += 1;
  store = await openStore(`registration-${stores}`);
  const request = {
    member: "member",
    passphrase: "mouette phare bouée voile amarre digue sillage",
    pin: "4827",
  };
  slot = (await createSlot({ store, clock: () => new Date() }, "device", request)).slot.slot;
});

/** A node that answers `state` for every slot, and keeps what it was sent. */
function node(state: string): {
  context: RegistrationContext;
  sent: Record<string, unknown>[];
  fetcher: typeof fetch;
} {
  const sent: Record<string, unknown>[] = [];
  const answers = (path: string, body: Record<string, unknown>): object => {
    const time = new Date(0).toISOString();
    if (path.endsWith("/node")) return { instance: "i", kind: "central", organization: "cpts" };
    if (path.endsWith("/nonce")) return { nonce: "n", instance: "i" };
    if (path.endsWith("/token")) return { token: "t", lifetime_s: 600, time, instance: "i" };
    sent.push(body);
    return { slot: body["slot"], short_code: "ABC-DEF", state };
  };
  const fetcher: typeof fetch = (input, init) =>
    Promise.resolve(
      Response.json(
        answers(
          String(input),
          init?.body === undefined ? {} : (JSON.parse(String(init.body)) as Record<string, unknown>),
        ),
      ),
    );
  const api = new ControlApi("https://node.test", fetcher);
  const clocks = { wall: () => 0, monotonic: () => 0 };
  const device = {
    device: "device",
    organization: "cpts",
    sign: (nonce: string): Promise<string> => Promise.resolve(nonce),
  };
  const tokens = new AccessTokens(api, device, clocks, { clockOffset: () => undefined });
  return { context: { store, api, tokens }, sent, fetcher };
}

test("a slot made here is sent with its public keys and its proof, and nothing secret", async () => {
  const { context, sent } = node("pending");
  expect(await registerSlots(context)).toBe(true);
  expect(Object.keys(sent[0] ?? {}).sort()).toEqual([
    "agreement_key",
    "member",
    "proof",
    "signing_key",
    "slot",
  ]);
  expect(JSON.stringify(sent)).not.toContain('"d":');
});

test.each([
  ["confirmed", "confirmed"],
  ["refused", "refused"],
  ["revoked", "refused"],
])("a slot that the node says is %s is kept as %s, and not sent again", async (said, kept) => {
  const { context, sent } = node(said);
  expect(await registerSlots(context)).toBe(false);
  expect((await readSlot(store, slot)).state).toBe(kept);
  await registerSlots(context);
  expect(sent).toHaveLength(1);
});

test("an invited slot that another tablet made first is refused for good, and holds up no other", async () => {
  const { context, sent } = node("confirmed");
  const invitation = {
    id: "invitation",
    name: "Dr Sacha Fictif",
    profession: "médecin",
    validFrom: "2026-11-24",
    validUntil: "2026-11-24",
    proof: "proof",
  };
  await updateSlot(store, slot, { invitation });
  const taken: typeof fetch = (input, init) =>
    String(input).endsWith("/slots")
      ? Promise.resolve(Response.json({ code: "slot-taken", detail: "" }, { status: 409 }))
      : node("confirmed").fetcher(input, init);
  const api = new ControlApi("https://node.test", taken);
  expect(await registerSlots({ ...context, api })).toBe(false);
  expect((await readSlot(store, slot)).state).toBe("refused");
  expect(sent).toHaveLength(0);
});
