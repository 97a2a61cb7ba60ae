import { afterEach, expect, test, vi } from "vitest";
import type { Piece, Pieces } from "$lib/sync/pieces";
import { MemoryNode } from "./memory-node";
import { closeTabs, open, phase } from "./tab";
import { envelope, keep, locks, replica } from "./tablet";

afterEach(closeTabs);

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
