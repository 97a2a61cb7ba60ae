/** The tablet's replica of its team's database, and the node's end of the same one. */
import { HEARTBEAT_MS } from "./transport";

/** A database as PouchDB presents it, local or remote. Envelopes and central documents are opaque here. */
export type Database = PouchDB.Database<Record<string, unknown>>;

/** The name of the local replica of `database` (wire §5) on `device`. Both are opaque. */
export function replicaName(device: string, database: string): string {
  return `escale-${device}-${database}`;
}

/** Open, and create when it is not there, the local replica. */
export async function openReplica(device: string, database: string): Promise<Database> {
  const { default: PouchDB } = await import("./pouch");
  // Envelopes have one generation (wire §3.3): no past revision is worth keeping.
  return new PouchDB<Record<string, unknown>>(replicaName(device, database), {
    adapter: "idb",
    auto_compaction: true,
  });
}

/** The node's database, reached through `fetcher`. `syncUrl` is the enrolment's, absolute. */
export async function openRemote(
  syncUrl: string,
  database: string,
  fetcher: typeof fetch,
): Promise<Database> {
  const { default: PouchDB } = await import("./pouch");
  const options = { adapter: "http", skip_setup: true, fetch: fetcher };
  return new PouchDB<Record<string, unknown>>(`${syncUrl.replace(/\/+$/, "")}/${database}`, options);
}

/** Envelopes only (wire §3.3), as a selector: unlike a function it names the same replication in every version. */
const ENVELOPES = { _id: { $gte: "e", $lt: "f" } };

/**
 * Batches that a weak link finishes and a weak tablet holds, were every document a photo's piece of 400 kB: some
 * 3 MB up and 6 MB down at most; of envelopes of 5 kB, 40 kB and 80 kB.
 */
const PUSH = { batch_size: 8, batches_limit: 2 };
const PULL = { batch_size: 16, batches_limit: 2 };

/**
 * Push envelopes as they are written, checkpoint kept here (a device writes no `_local` document on a node), one for each
 * node, by its instance: going back to a node resumes where it was.
 */
export function push(local: Database, remote: Database): PouchDB.Replication.Replication<object> {
  const options = { live: true, retry: false, checkpoint: "source" as const, selector: ENVELOPES, ...PUSH };
  return local.replicate.to(remote, options);
}

/**
 * Pull everything as it comes, checkpoint kept here. A long poll lives until something comes, the node ends it (at the
 * token's end at the latest), or its heartbeats cease: an idle hour costs a few requests.
 */
export function pull(local: Database, remote: Database): PouchDB.Replication.Replication<object> {
  const waits = { heartbeat: HEARTBEAT_MS, timeout: false as const };
  return local.replicate.from(remote, { live: true, retry: false, checkpoint: "target", ...waits, ...PULL });
}
