import { afterEach, expect, test, vi } from "vitest";
import { readJournal } from "$lib/sync/journal";
import { MemoryNode } from "./memory-node";
import { closeTabs, open, phase } from "./tab";
import { envelope, keep, locks, replica } from "./tablet";

afterEach(closeTabs);

test("a tablet connects, comes level, and remembers when across a restart", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  expect(tab.states.map((state) => state.phase)).toEqual(
    expect.arrayContaining(["connecting", "syncing", "idle"]),
  );
  await vi.waitFor(async () => expect((await readJournal(local)).reached.central).toBe(node.now));
});

test("a node that comes back is found again, and what was written meanwhile is sent", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  node.cut();
  await vi.waitFor(() => expect(phase(tab)).toBe("offline"));
  const written = envelope("written without network");
  await keep(local, written);
  node.reachable = true;
  tab.sync.wake();
  await vi.waitFor(() => expect(node.ids()).toContain(written._id));
});

test("without network nothing is asked of anyone", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  tab.network.online = false;
  await tab.sync.start();
  expect(phase(tab)).toBe("offline");
  expect(node.requests).toEqual([]);
});

test("a place that could not be noted stops neither replication nor its end", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const refused = () => Promise.reject(new Error("no room"));
  const tab = open(node, device, local, locks(), { keep: refused });
  await tab.sync.start();
  const written = envelope("held by a node that could not be noted");
  await keep(local, written);
  await vi.waitFor(() => expect(node.ids()).toContain(written._id));
  await vi.waitFor(() => expect(tab.said).not.toEqual([]));
  await expect(tab.sync.stop()).resolves.toBeUndefined();
});

test("a refused token is replaced at once, and replication goes on", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  node.tokens.clear();
  const written = envelope("after expiry");
  await keep(local, written);
  await vi.waitFor(() => expect(node.ids()).toContain(written._id));
  expect(tab.states.map((state) => state.phase)).not.toContain("refused");
});

test("a revoked tablet shows the refusal and keeps what it holds", async () => {
  const node = new MemoryNode();
  node.problem = { status: 403, code: "device-revoked" };
  const { device, local } = await replica();
  const mine = envelope("kept");
  await keep(local, mine);
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() =>
    expect(tab.states.at(-1)).toMatchObject({ phase: "refused", reason: "device-revoked" }),
  );
  expect((await local.get(mine._id))["jwe"]).toBe("kept");
});

test("another node under the same name is noticed on waking, and gets everything from the beginning", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const mine = envelope("mine");
  await keep(local, mine);
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(node.ids()).toEqual([mine._id]));
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  node.become("box", "hub");
  tab.sync.wake();
  await vi.waitFor(() => expect(node.ids()).toEqual([mine._id]));
  await vi.waitFor(() => expect(tab.states.at(-1)).toMatchObject({ phase: "idle", node: "hub" }));
});

test("another node is noticed without waking, by the first answer to what is written", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  const teammates = envelope("a teammate's, on the hub alone");
  node.become("box", "hub", [teammates]);
  const mine = envelope("mine");
  await keep(local, mine);
  await vi.waitFor(() => expect(node.ids()).toEqual([teammates._id, mine._id]));
  expect((await local.get(teammates._id))["jwe"]).toBe("a teammate's, on the hub alone");
  expect(tab.states.map((state) => state.phase)).not.toContain("refused");
});

test("going back to a node resumes where it was: nothing is sent nor fetched twice", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const mine = envelope("mine");
  await keep(local, mine);
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(node.ids()).toEqual([mine._id]));
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  node.become("box", "hub", [mine]);
  tab.sync.wake();
  await vi.waitFor(() => expect(tab.states.at(-1)).toMatchObject({ phase: "idle", node: "hub" }));
  const asked = node.requests.length;
  node.become("node-one", "central", [mine]);
  tab.sync.wake();
  await vi.waitFor(() => expect(tab.states.at(-1)).toMatchObject({ phase: "idle", node: "central" }));
  expect(node.requests.slice(asked).filter((request) => request.includes("_revs_diff"))).toEqual([]);
  expect(node.requests.slice(asked).filter((request) => request.includes("_bulk"))).toEqual([]);
});

test("a node is the witness of what it wrote, what it had, what it gave and what it lacks", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const [written, known, teammates] = [envelope("written"), envelope("known"), envelope("teammate's")];
  await keep(local, written, known);
  node.put(known);
  node.put(teammates);
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  expect(new Set(tab.said)).toEqual(
    new Set([
      `node-one lacks ${written._id}`,
      `node-one holds ${written._id}`,
      `node-one holds ${known._id}`,
      `node-one gave ${teammates._id}`,
      // What was given is offered back, as all that the replica holds.
      `node-one holds ${teammates._id}`,
    ]),
  );
});

test("a node that refuses an envelope is no witness that it holds it", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const bad = envelope("bad");
  node.forbidden.add(bad._id);
  await keep(local, bad);
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(tab.denied).toEqual([bad._id]));
  expect(tab.said).not.toContain(`node-one holds ${bad._id}`);
});

test("an hour with nothing to say asks for nothing but the feed and its tokens", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  const asked = node.requests.length;
  node.endFeeds();
  await vi.waitFor(() => expect(node.requests.length).toBeGreaterThan(asked));
  expect(new Set(node.requests.slice(asked))).toEqual(new Set(["GET /sync/team/_changes"]));
});

test("an own envelope without a receipt that the node lost is sent again", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const mine = envelope("mine");
  await keep(local, mine);
  const first = open(node, device, local, locks(), { own: [mine._id] });
  await first.sync.start();
  await vi.waitFor(() => expect(node.ids()).toEqual([mine._id]));
  await first.sync.stop();
  node.forget(mine._id);
  const second = open(node, device, local, locks(), { own: [mine._id] });
  await second.sync.start();
  await vi.waitFor(() => expect(node.ids()).toEqual([mine._id]));
});

test("a denied envelope is remembered across a restart, and forgotten once the node takes it", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const bad = envelope("bad");
  node.forbidden.add(bad._id);
  await keep(local, bad);
  const first = open(node, device, local, locks());
  await first.sync.start();
  await vi.waitFor(() => expect(first.denied).toEqual([bad._id]));
  await first.sync.stop();
  node.forbidden.clear();
  const second = open(node, device, local, locks());
  await second.sync.start();
  expect(second.denied).toEqual([bad._id]);
  await vi.waitFor(() => expect(second.denied).toEqual([]));
  expect(node.ids()).toEqual([bad._id]);
});

test("one tab replicates; another learns the state from it, and takes over when it stops", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const manager = locks();
  const first = open(node, device, local, manager);
  await first.sync.start();
  await vi.waitFor(() => expect(phase(first)).toBe("idle"));
  const second = open(node, device, local, manager);
  await second.sync.start();
  await vi.waitFor(() => expect(phase(second)).toBe("idle"));
  expect(second.states.map((state) => state.phase)).not.toContain("connecting");
  await first.sync.stop();
  await vi.waitFor(() => expect(second.states.map((state) => state.phase)).toContain("syncing"));
});

test("an answer that comes after the network went does not pass for a connection", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  const { promise, resolve } = withResolver();
  node.held = promise;
  const written = envelope("sent as the bus left");
  await keep(local, written);
  await vi.waitFor(() => expect(node.requests.at(-1)).toContain("_bulk_docs"));
  tab.network.online = false;
  tab.sync.wake();
  await vi.waitFor(() => expect(phase(tab)).toBe("offline"));
  resolve();
  await vi.waitFor(() => expect(node.ids()).toContain(written._id));
  await tab.sync.stop();
  expect(phase(tab)).toBe("offline");
});

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
