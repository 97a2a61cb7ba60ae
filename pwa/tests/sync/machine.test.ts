import { expect, test } from "vitest";
import { initial, next, type SyncEvent, type SyncState } from "$lib/sync/machine";

const after = (...events: SyncEvent[]): SyncState => events.reduce(next, initial(null));
const at = 1_000;

test("a tablet starts offline, and keeps the time of its last synchronisation", () => {
  expect(initial(at)).toEqual({ phase: "offline", reason: null, lastSync: at });
});

test("an attempt connects, an answer synchronises, level directions are idle", () => {
  expect(after({ type: "attempt" }).phase).toBe("connecting");
  expect(after({ type: "attempt" }, { type: "joined" }).phase).toBe("syncing");
  const idle = after({ type: "attempt" }, { type: "joined" }, { type: "caught-up", at });
  expect(idle).toEqual({ phase: "idle", reason: null, lastSync: at });
});

test("documents that move leave idle, and coming level again renews the time", () => {
  const idle = after({ type: "joined" }, { type: "caught-up", at }, { type: "moving" });
  expect(idle.phase).toBe("syncing");
  expect(next(idle, { type: "caught-up", at: at + 1 }).lastSync).toBe(at + 1);
});

test("losing the network keeps the time of the last synchronisation", () => {
  const lost = after({ type: "joined" }, { type: "caught-up", at }, { type: "lost" });
  expect(lost).toEqual({ phase: "offline", reason: null, lastSync: at });
});

test("a refusal stays until the node answers otherwise, whatever is attempted", () => {
  const refused = after({ type: "attempt" }, { type: "refused", code: "device-revoked" });
  expect(next(refused, { type: "attempt" })).toEqual(refused);
  expect(next(refused, { type: "joined" })).toMatchObject({ phase: "syncing", reason: null });
});

test("directions that come level after the connection was lost say nothing", () => {
  expect(after({ type: "lost" }, { type: "caught-up", at }).lastSync).toBeNull();
});
