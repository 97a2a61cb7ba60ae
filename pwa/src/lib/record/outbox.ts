/**
 * From the outbox to the replica: what was sealed is handed to PouchDB, as often as it takes.
 *
 * Envelopes are content-addressed, so handing one over twice changes nothing; a row leaves the outbox only once the
 * replica shows the document. Run at start and after each signature, in any tab, locked or not. Photos' pieces stay:
 * they leave one at a time, each once the node has it (`lib/sync/pieces.ts`).
 */
import type { Replica, ReplicaRow } from "../central/replica";
import type { Store } from "../store/database";
import type { OutboxRow } from "../store/schema";

const BATCH = 50;

/** Hand over what waits but photos, oldest first; answers how many rows left the outbox. */
export async function emptyOutbox(store: Store, replica: Replica): Promise<number> {
  const waiting = await store.read(["outbox", "sealed"], async ({ outbox, sealed }) => {
    const rows: OutboxRow[] = [];
    for (const key of await outbox.keys()) {
      // Asked of the small row: a piece of a photo is 400 kB.
      if ((await sealed.get(key))?.kind === "photo") continue;
      const row = await outbox.get(key);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  });
  waiting.sort((one, other) => one.sequence - other.sequence);
  let handed = 0;
  for (let from = 0; from < waiting.length; from += BATCH) {
    handed += await handOver(store, replica, waiting.slice(from, from + BATCH));
  }
  return handed;
}

/** How many envelopes wait in the outbox, photos' pieces included. */
export async function outboxSize(store: Store): Promise<number> {
  return store.read(["outbox"], async ({ outbox }) => outbox.count());
}

/**
 * The oldest piece of a photo that waits and is not among `refused`; `null` when there is none, or when a record or
 * another notice waits in the outbox, which goes first.
 */
export async function nextPiece(store: Store, refused: ReadonlySet<string>): Promise<OutboxRow | null> {
  return store.read(["outbox", "sealed"], async ({ outbox, sealed }) => {
    const keys = await outbox.keys();
    const known = await Promise.all(keys.map(async (key) => sealed.get(key)));
    if (known.some((row) => row?.kind !== "photo")) return null;
    const [oldest] = known
      .flatMap((row) => (row === undefined || refused.has(row.envelope) ? [] : [row]))
      .sort((one, other) => one.sequence - other.sequence);
    return oldest === undefined ? null : ((await outbox.get(oldest.envelope)) ?? null);
  });
}

/** The node has this piece: from now on it lies in the replica like what teammates sent. */
export async function pieceSent(store: Store, replica: Replica, envelope: string): Promise<void> {
  const row = await store.read(["outbox"], async ({ outbox }) => outbox.get(envelope));
  if (row !== undefined) await handOver(store, replica, [row]);
}

async function handOver(store: Store, replica: Replica, rows: readonly OutboxRow[]): Promise<number> {
  const documents = rows.map(({ _id, _rev, jwe }) => ({ _id, _rev, jwe }));
  // With `new_edits: false` PouchDB answers only errors, and not all of them: what counts is what it holds afterwards.
  await replica.bulkDocs(documents, { new_edits: false });
  const { rows: held } = await replica.allDocs({ keys: documents.map(({ _id }) => _id) });
  const revisions = new Map((held as ReplicaRow[]).map(({ key, value }) => [key, value?.rev]));
  const arrived = documents.filter(({ _id, _rev }) => revisions.get(_id) === _rev);
  await store.write(["outbox"], async ({ outbox }) => {
    for (const { _id } of arrived) await outbox.delete(_id);
  });
  return arrived.length;
}
