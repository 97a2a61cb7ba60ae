/** The replica with what waits in the outbox: a photo is seen by its own tablet before it has left. */
import type { Replica, ReplicaRow } from "../central/replica";
import type { Store } from "../store/database";

/** `replica` as it will be once the outbox of `store` is empty. What is written goes to `replica`. */
export function withOutbox(replica: Replica, store: Store): Replica {
  return {
    bulkDocs: (documents, options) => replica.bulkDocs(documents, options),
    async allDocs(options) {
      const { rows } = await replica.allDocs(options);
      const held = rows as ReplicaRow[];
      if (options.keys === undefined) return { rows: [...held, ...(await waitingIn(store, options, held))] };
      return { rows: await Promise.all(held.map(async (row) => completed(store, row))) };
    },
  };
}

/** A row of a key that the replica lacks, from the outbox. */
async function completed(store: Store, row: ReplicaRow): Promise<ReplicaRow> {
  if (row.id !== undefined || !row.key.startsWith("e")) return row;
  const waiting = await store.read(["outbox"], async ({ outbox }) => outbox.get(row.key));
  if (waiting === undefined) return row;
  const { _id, _rev, jwe } = waiting;
  return { id: _id, key: _id, value: { rev: _rev }, doc: { _id, _rev, jwe } };
}

/** Rows, without bodies, of what waits within the range asked for. */
async function waitingIn(
  store: Store,
  { startkey = "", endkey = "\uffff" }: { startkey?: string; endkey?: string },
  held: readonly ReplicaRow[],
): Promise<ReplicaRow[]> {
  const known = new Set(held.map(({ key }) => key));
  const keys = await store.read(["outbox"], async ({ outbox }) => outbox.keys());
  return keys
    .filter((key) => key >= startkey && key <= endkey && !known.has(key))
    .map((key) => ({ id: key, key, value: { rev: `1-${key.slice(1, 33)}` } }));
}
