/**
 * What is large goes beside replication: one document a request, and only once everything else is level.
 *
 * PouchDB would put a photo's pieces in the batches of records that wait behind them, and one that a node finds too large
 * ends a push at its place for good. Sent alone, a piece that is refused is told and left; the next one goes.
 */
import type { Database } from "./database";
import type { Denial } from "./replicate";

/** One piece as a document (wire §3.3). */
export interface Piece {
  readonly _id: string;
  readonly _rev: string;
  readonly jwe: string;
}

/** The pieces that wait. */
export interface Pieces {
  /** The next to go, or `null` when none waits but those `refused`, or when something else must go first. */
  next(refused: ReadonlySet<string>): Promise<Piece | null>;
  /** The node has `piece`. */
  sent(piece: Piece): Promise<void>;
}

/** Send the next piece. Raises what PouchDB raises when the node does not answer. */
export async function sendPiece(
  remote: Database,
  pieces: Pieces,
  refused: ReadonlySet<string>,
): Promise<"sent" | "none" | Denial> {
  const piece = await pieces.next(refused);
  if (piece === null) return "none";
  const refusal = await offer(remote, piece);
  if (refusal !== null) return { document: piece._id, reason: refusal };
  await pieces.sent(piece);
  return "sent";
}

/** Answers why the node refused `piece`, or `null` when it holds it. */
async function offer(remote: Database, { _id, _rev, jwe }: Piece): Promise<string | null> {
  try {
    // With new_edits false a node answers only what it refused (CouchDB, _bulk_docs).
    const answers: readonly unknown[] = await remote.bulkDocs([{ _id, _rev, jwe }], { new_edits: false });
    const said = answers.map((answer) => answer as { error?: unknown; reason?: unknown; message?: unknown });
    const refusal = said.find(({ error }) => error !== undefined && error !== false);
    return refusal === undefined ? null : String(refusal.reason ?? refusal.message ?? refusal.error);
  } catch (error) {
    const status = (error as { status?: unknown } | null)?.status;
    if (typeof status === "number" && REFUSALS.has(status)) return `http-${status}`;
    throw error;
  }
}

/** What a node answers about the document itself: it would answer the same again. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);
