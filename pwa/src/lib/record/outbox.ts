/**
 * From the outbox to the replica: what was sealed is handed to PouchDB, as often as it takes.
 *
 * Envelopes are content-addressed, so handing one over twice changes nothing; a row leaves the outbox only once the
 * replica shows the document. Run at start and after each signature, in any tab, locked or not.
 */
import type { Replica, ReplicaRow } from "../central/replica";
import type { Store } from "../store/database";
import type { OutboxRow } from "../store/schema";

const BATCH = 50;

/** Hand over what waits, oldest first; answers how many rows left the outbox. */
export async function emptyOutbox(store: Store, replica: Replica): Promise<number> {
  const waiting = await store.read(["outbox"], async ({ outbox }) => outbox.all());
  waiting.sort((one, other) => one.sequence - other.sequence);
  let handed = 0;
  for (let from = 0; from < waiting.length; from += BATCH) {
    handed += await handOver(store, replica, waiting.slice(from, from + BATCH));
  }
  return handed;
}

/** How many envelopes wait in the outbox. */
export async function outboxSize(store: Store): Promise<number> {
  return store.read(["outbox"], async ({ outbox }) => outbox.count());
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
