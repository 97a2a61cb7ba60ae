/** A real PouchDB replica, over an IndexedDB in memory. */
import "fake-indexeddb/auto";
import type { Replica } from "$lib/central/replica";
import { randomUuid } from "$lib/crypto/random";
import { openReplica } from "$lib/sync/database";

// Node 20 has no navigator, which PouchDB reads while it opens a database.
if (!("navigator" in globalThis))
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "node" } });

/** An empty replica of a device of its own. */
export async function freshReplica(): Promise<Replica> {
  return openReplica(randomUuid(), "team");
}

/** Put `documents` in as replication would; those without a revision get the one given, generation `generation`. */
export async function arrive(replica: Replica, documents: readonly object[], generation = 1): Promise<void> {
  const revised = documents.map((document) => ({ _rev: `${generation}-${"ab".repeat(16)}`, ...document }));
  await replica.bulkDocs(revised as never[], { new_edits: false });
}
