import { expect, test } from "vitest";
import { initial, lastSync, NEVER_REACHED, next, type SyncEvent, type SyncState } from "$lib/sync/machine";

const after = (...events: SyncEvent[]): SyncState => events.reduce(next, initial(NEVER_REACHED));
const joined: SyncEvent = { type: "joined", node: "central" };
const onHub: SyncEvent = { type: "joined", node: "hub" };
const at = 1_000;

test("a tablet starts offline, and keeps when it reached which node", () => {
  const reached = { central: at, hub: null };
  expect(initial(reached)).toEqual({ phase: "offline", reason: null, node: null, reached });
});

test("an attempt connects, an answer synchronises, level directions are idle", () => {
  expect(after({ type: "attempt" }).phase).toBe("connecting");
  expect(after({ type: "attempt" }, joined).phase).toBe("syncing");
  const idle = after({ type: "attempt" }, joined, { type: "caught-up", at });
  expect(idle).toEqual({
    phase: "idle",
    reason: null,
    node: "central",
    reached: { central: at, hub: null },
  });
});

test("documents that move leave idle, and coming level again renews the time", () => {
  const idle = after(joined, { type: "caught-up", at }, { type: "moving" });
  expect(idle.phase).toBe("syncing");
  expect(lastSync(next(idle, { type: "caught-up", at: at + 1 }))).toBe(at + 1);
});

test("each kind of node keeps its own time: a hub says nothing of central", () => {
  const met = after(joined, { type: "caught-up", at }, { type: "lost" }, onHub, {
    type: "caught-up",
    at: at + 5,
  });
  expect(met).toMatchObject({ node: "hub", reached: { central: at, hub: at + 5 } });
  expect(lastSync(met)).toBe(at + 5);
});

test("an answer of another kind of node is no more the run of the first", () => {
  expect(after(joined, { type: "caught-up", at }, onHub)).toMatchObject({ phase: "syncing", node: "hub" });
});

test("losing the network keeps the times, and no node answers any more", () => {
  const lost = after(joined, { type: "caught-up", at }, { type: "lost" });
  expect(lost).toEqual({
    phase: "offline",
    reason: null,
    node: null,
    reached: { central: at, hub: null },
  });
});

test("a refusal stays until the node answers otherwise, whatever is attempted", () => {
  const refused = after({ type: "attempt" }, { type: "refused", code: "device-revoked", node: "hub" });
  expect(refused.node).toBe("hub");
  expect(next(refused, { type: "attempt" })).toEqual(refused);
  expect(next(refused, joined)).toMatchObject({ phase: "syncing", reason: null });
});

test("directions that come level after the connection was lost say nothing", () => {
  expect(lastSync(after({ type: "lost" }, { type: "caught-up", at }))).toBeNull();
});
