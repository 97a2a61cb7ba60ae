/** What the error that ended a run of replication means for the state shown. */
import { AccessRefused, NodeFailing, NodeRefusal, SyncError, UnexpectedAnswer } from "./errors";
import type { NodeKind } from "$lib/store/schema";
import type { SyncEvent } from "./machine";

/**
 * The event for `error`, which is a {@link SyncError}, an error of PouchDB (with an HTTP `status`), or `null` when the
 * run was stopped because the network went. `node`: the kind of the node that answered last, if any did.
 */
export function consequence(error: unknown, node: NodeKind | null): SyncEvent {
  if (error instanceof NodeRefusal) return { type: "refused", code: error.code, node };
  // A full node refuses nobody: what the tablet holds is kept, and sent when there is room.
  if (error instanceof NodeFailing)
    return { type: "failed", reason: error.status === 507 ? "storage-full" : `http-${error.status}` };
  if (error instanceof AccessRefused) return { type: "refused", code: "forbidden", node };
  if (error instanceof UnexpectedAnswer) return { type: "failed", reason: "unexpected-answer" };
  if (error instanceof SyncError) return { type: "lost" };
  const status = (error as { status?: unknown } | null)?.status;
  const client = typeof status === "number" && status >= 400 && status < 500;
  return client ? { type: "failed", reason: `http-${status}` } : { type: "lost" };
}
