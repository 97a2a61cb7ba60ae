import { afterEach, expect, test, vi } from "vitest";
import { AccessTokens } from "$lib/sync/access";
import { ControlApi } from "$lib/sync/control";
import type { Database } from "$lib/sync/database";
import { readJournal } from "$lib/sync/journal";
import type { SyncState } from "$lib/sync/machine";
import type { Piece, Pieces } from "$lib/sync/pieces";
import { Synchroniser } from "$lib/sync/synchroniser";
import { MemoryNode } from "./memory-node";
import { envelope, keep, locks, replica } from "./tablet";

const running: Synchroniser[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const NO_PIECES: Pieces = { next: () => Promise.resolve(null), sent: () => Promise.resolve() };

/** An outbox of pieces: those sent leave it. */
class WaitingPieces implements Pieces {
  readonly sentIds: string[] = [];
  constructor(readonly waiting: Piece[]) {}

  next(refused: ReadonlySet<string>): Promise<Piece | null> {
    const left = this.waiting.filter(({ _id }) => !this.sentIds.includes(_id) && !refused.has(_id));
    return Promise.resolve(left[0] ?? null);
  }

  sent({ _id }: Piece): Promise<void> {
    this.sentIds.push(_id);
    return Promise.resolve();
  }
}

interface Tab {
  readonly sync: Synchroniser;
  readonly states: SyncState[];
  readonly network: { online: boolean };
  denied: string[];
}

function open(
  node: MemoryNode,
  device: string,
  local: Database,
  manager: LockManager,
  { own = [], pieces = NO_PIECES }: { own?: string[]; pieces?: Pieces } = {},
): Tab {
  const network = { online: true };
  const states: SyncState[] = [];
  const api = new ControlApi("https://node.test", node.fetch);
  const clocks = { wall: () => node.now, monotonic: () => performance.now() };
  const sign = (nonce: string): Promise<string> => Promise.resolve(nonce);
  const sync = new Synchroniser(
    {
      device,
      database: "team",
      syncUrl: "https://node.test/sync",
      local,
      tokens: new AccessTokens(api, device, sign, clocks, { clockOffset: () => undefined }),
      fetch: node.fetch,
      clocks,
      locks: manager,
      draw: () => 0,
      online: () => network.online,
      instance: async () => (await api.node()).instance,
      unacknowledged: () => Promise.resolve(own),
      pieces,
    },
    { state: (state) => states.push(state), denied: (map) => (tab.denied = Object.keys(map)) },
  );
  const tab: Tab = { sync, states, network, denied: [] };
  running.push(sync);
  return tab;
}

const phase = (tab: Tab): string | undefined => tab.states.at(-1)?.phase;

test("a tablet connects, comes level, and remembers when across a restart", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const tab = open(node, device, local, locks());
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  expect(tab.states.map((state) => state.phase)).toEqual(
    expect.arrayContaining(["connecting", "syncing", "idle"]),
  );
  await vi.waitFor(async () => expect((await readJournal(local)).lastSync).toBe(node.now));
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
  node.instance = "node-two";
  node.forget(mine._id);
  tab.sync.wake();
  await vi.waitFor(() => expect(node.ids()).toEqual([mine._id]));
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

test("pieces go one a request, and only once records are there", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const mine = envelope("mine");
  await keep(local, mine);
  const pieces = new WaitingPieces([envelope("piece one"), envelope("piece two")]);
  const tab = open(node, device, local, locks(), { pieces });
  await tab.sync.start();
  await vi.waitFor(() => expect(pieces.sentIds).toHaveLength(2));
  expect(node.ids()).toEqual([mine._id, ...pieces.sentIds]);
  expect(node.requests.filter((request) => request.endsWith("_bulk_docs"))).toHaveLength(3);
});

test.each([
  ["finds too large", 413],
  ["forbids", null],
])("a piece that the node %s is told, and blocks neither the next one nor a record", async (_, status) => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const bad = envelope("bad piece");
  if (status === null) node.forbidden.add(bad._id);
  else node.tooLarge.add(bad._id);
  const pieces = new WaitingPieces([bad, envelope("good piece")]);
  const tab = open(node, device, local, locks(), { pieces });
  await tab.sync.start();
  await vi.waitFor(() => expect(pieces.sentIds).toHaveLength(1));
  await vi.waitFor(() => expect(tab.denied).toEqual([bad._id]));
  const record = envelope("a record after it");
  await keep(local, record);
  await vi.waitFor(() => expect(node.ids()).toContain(record._id));
  expect(phase(tab)).not.toBe("error");
});

test("a piece signed while all was level goes when it is offered", async () => {
  const node = new MemoryNode();
  const { device, local } = await replica();
  const pieces = new WaitingPieces([]);
  const tab = open(node, device, local, locks(), { pieces });
  await tab.sync.start();
  await vi.waitFor(() => expect(phase(tab)).toBe("idle"));
  pieces.waiting.push(envelope("taken now"));
  tab.sync.offerPieces();
  await vi.waitFor(() => expect(pieces.sentIds).toHaveLength(1));
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
