import { expect, test, vi } from "vitest";
import { AccessTokens } from "$lib/sync/access";
import { ControlApi } from "$lib/sync/control";
import { openRemote, type Database } from "$lib/sync/database";
import type { SyncError } from "$lib/sync/errors";
import { pinnedRevision, resendMissing } from "$lib/sync/recheck";
import { replicate, type Denial } from "$lib/sync/replicate";
import { replicationFetch } from "$lib/sync/transport";
import { MemoryNode } from "./memory-node";
import { envelope, keep, replica } from "./tablet";

async function remoteOf(node: MemoryNode, failures: SyncError[] = []): Promise<Database> {
  const clocks = { wall: () => node.now, monotonic: () => 0 };
  const sign = (nonce: string): Promise<string> => Promise.resolve(nonce);
  const tokens = new AccessTokens(
    new ControlApi("https://node.test", node.fetch),
    { device: "device", organization: "cpts", sign },
    clocks,
    { clockOffset: () => undefined },
  );
  const route = {
    root: "https://node.test/sync/",
    node: { instance: "node-one", kind: "central", organization: "cpts" } as const,
    tokens,
    fetch: node.fetch,
  };
  return openRemote(
    route.root,
    "team",
    replicationFetch(route, { answered: () => undefined, failed: (error) => failures.push(error) }),
  );
}

function listen(denied: Denial[] = []): {
  moving: () => void;
  caughtUp: () => void;
  pulled: (envelopes: readonly string[]) => void;
  denied: (denial: Denial) => void;
  level: () => number;
} {
  let level = 0;
  return {
    moving: () => undefined,
    caughtUp: () => (level += 1),
    pulled: () => undefined,
    denied: (denial) => denied.push(denial),
    level: () => level,
  };
}

test("envelopes go up, central documents come down, and nothing else goes up", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const mine = envelope("mine");
  await keep(local, mine, { _id: "c0", _rev: "1-00", jws: "never up" });
  node.put({ _id: "c1", _rev: "2-11", jws: "receipt" });
  const run = replicate(local, await remoteOf(node), listen());
  await vi.waitFor(async () => {
    expect(node.ids()).toEqual(["c1", mine._id]);
    expect((await local.get("c1"))["jws"]).toBe("receipt");
  });
  run.stop();
  expect(await run.ended).toBeNull();
});

test("what is written or published during a run follows by itself", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const listener = listen();
  const run = replicate(local, await remoteOf(node), listener);
  await vi.waitFor(() => expect(listener.level()).toBeGreaterThan(0));
  const late = envelope("late");
  await keep(local, late);
  await vi.waitFor(() => expect(node.ids()).toContain(late._id));
  node.put({ _id: "c2", _rev: "1-22", jws: "late receipt" });
  await vi.waitFor(async () => expect((await local.get("c2"))["jws"]).toBe("late receipt"));
  run.stop();
});

test("an envelope that the node refuses is told, and does not stop the others", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const [good, bad] = [envelope("good"), envelope("bad")];
  node.forbidden.add(bad._id);
  await keep(local, good, bad);
  const denied: Denial[] = [];
  const run = replicate(local, await remoteOf(node), listen(denied));
  await vi.waitFor(() => expect(denied).toEqual([{ document: bad._id, reason: "id-mismatch" }]));
  expect(node.ids()).toEqual([good._id]);
  run.stop();
});

test("a node that disappears ends the run", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const failures: SyncError[] = [];
  const listener = listen();
  const run = replicate(local, await remoteOf(node, failures), listener);
  await vi.waitFor(() => expect(listener.level()).toBeGreaterThan(0));
  node.cut();
  expect(await run.ended).not.toBeNull();
  expect(failures.map(({ name }) => name)).toContain("NodeUnreachable");
});

test.each([401, 400])("a token refused with %i is renewed, and the run goes on", async (status) => {
  const node = new MemoryNode();
  node.refusesTokensWith = status;
  const { local } = await replica();
  const listener = listen();
  const run = replicate(local, await remoteOf(node), listener);
  await vi.waitFor(() => expect(listener.level()).toBeGreaterThan(0));
  node.tokens.clear();
  const after = envelope("after the node started again");
  await keep(local, after);
  await vi.waitFor(() => expect(node.ids()).toContain(after._id));
  run.stop();
  expect(await run.ended).toBeNull();
});

test("a node that refuses its own new token ends the run, and is told apart from a lost network", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const failures: SyncError[] = [];
  const listener = listen();
  const run = replicate(local, await remoteOf(node, failures), listener);
  await vi.waitFor(() => expect(listener.level()).toBeGreaterThan(0));
  node.tokens.add = () => node.tokens;
  node.tokens.clear();
  await keep(local, envelope("after"));
  await run.ended;
  expect(failures[0]).toMatchObject({ name: "AccessRefused", status: 401 });
});

test("another node that answers under the same name ends the run before anything is written to it", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const failures: SyncError[] = [];
  const listener = listen();
  const run = replicate(local, await remoteOf(node, failures), listener);
  await vi.waitFor(() => expect(listener.level()).toBeGreaterThan(0));
  node.become("box", "hub");
  await keep(local, envelope("after"));
  await run.ended;
  expect(failures[0]).toMatchObject({ name: "NodeReplaced", instance: "box" });
  expect(node.ids()).toEqual([]);
});

test("no request asks the node for a checkpoint or for its name", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  await keep(local, envelope("one"));
  const listener = listen();
  const run = replicate(local, await remoteOf(node), listener);
  await vi.waitFor(() => expect(listener.level()).toBeGreaterThan(0));
  run.stop();
  const paths = new Set(node.requests.filter((request) => request.includes("/sync/")));
  expect([...paths].sort()).toEqual([
    "GET /sync/team/",
    "GET /sync/team/_changes",
    "POST /sync/team/_bulk_docs",
    "POST /sync/team/_revs_diff",
  ]);
});

test("an envelope that the node lost is found missing and sent again, with its pinned revision", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const [kept, lost] = [envelope("kept"), envelope("lost")];
  await keep(local, kept, lost);
  node.put(kept);
  const { sent, denied } = await resendMissing(local, await remoteOf(node), [kept._id, lost._id]);
  expect({ sent, denied }).toEqual({ sent: [lost._id], denied: [] });
  expect(node.ids()).toEqual([kept._id, lost._id]);
  expect(pinnedRevision(lost._id)).toBe(lost._rev);
});

test("a recheck says which envelopes the node still refuses", async () => {
  const node = new MemoryNode();
  const { local } = await replica();
  const bad = envelope("bad");
  await keep(local, bad);
  node.forbidden.add(bad._id);
  const found = await resendMissing(local, await remoteOf(node), [bad._id]);
  expect(found).toEqual({ sent: [], denied: [{ document: bad._id, reason: "id-mismatch" }] });
});
