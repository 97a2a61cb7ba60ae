/** What the tests of replication start from: a real replica in memory, envelopes, locks, a way to wait. */
import "fake-indexeddb/auto";
import { createHash } from "node:crypto";
import { openReplica, type Database } from "$lib/sync/database";

// Node 20 has no navigator, which PouchDB reads while it opens a database.
if (!("navigator" in globalThis))
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "node" } });

let opened = 0;

/** A new local replica, of a device of its own. */
export async function replica(): Promise<{ device: string; local: Database }> {
  opened += 1;
  const device = `device-${opened}`;
  return { device, local: await openReplica(device, "team") };
}

/** A document as wire §3.3 writes it. */
export function envelope(jwe: string): { _id: string; _rev: string; jwe: string } {
  const digest = createHash("sha256").update(jwe).digest("hex");
  return { _id: `e${digest}`, _rev: `1-${digest.slice(0, 32)}`, jwe };
}

/** Put `documents` in the replica as they are. */
export async function keep(local: Database, ...documents: Record<string, unknown>[]): Promise<void> {
  await local.bulkDocs(documents as never[], { new_edits: false });
}

/** Web Locks of one process: exclusive locks by name, first come first served. */
export function locks(): LockManager {
  const tails = new Map<string, Promise<unknown>>();
  const request = (name: string, options: LockOptions, run: () => Promise<void>): Promise<void> => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(() => {
      if (options.signal?.aborted) throw new DOMException("aborted", "AbortError");
      return run();
    });
    tails.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  };
  return { request, query: () => Promise.resolve({}) } as unknown as LockManager;
}
