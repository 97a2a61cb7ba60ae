/**
 * Own envelopes without a receipt are asked for again, and sent again when the node no longer has them.
 *
 * A checkpoint says what was once sent, not what a node still holds: a restored backup, an emptied hub or a document
 * denied by a rule since corrected would otherwise stay a gap that nobody sees.
 */
import type { Database } from "./database";
import type { Denial } from "./replicate";

const BATCH = 8;

/** The pinned revision of an envelope (wire §3.3): `1-` and the first 32 digits of its digest. */
export function pinnedRevision(envelope: string): string {
  return `1-${envelope.slice(1, 33)}`;
}

/** What a recheck found: envelopes sent again, and those that the node refused. */
export interface Recheck {
  readonly sent: readonly string[];
  readonly denied: readonly Denial[];
}

/** Ask `remote` for `envelopes` and send those it lacks. Raises what PouchDB raises when the node does not answer. */
export async function resendMissing(
  local: Database,
  remote: Database,
  envelopes: readonly string[],
): Promise<Recheck> {
  const sent: string[] = [];
  const denied: Denial[] = [];
  for (let start = 0; start < envelopes.length; start += BATCH) {
    const asked = envelopes.slice(start, start + BATCH);
    const missing = await revisionsMissing(remote, asked);
    const rows = await local.allDocs({ keys: missing, include_docs: true });
    const documents = rows.rows.flatMap((row) => ("doc" in row && row.doc ? [row.doc] : []));
    if (documents.length === 0) continue;
    // With new_edits false a node answers only what it refused (CouchDB, _bulk_docs).
    const answers: readonly unknown[] = await remote.bulkDocs(documents, { new_edits: false });
    const refusals = answers.flatMap(refusal);
    denied.push(...refusals);
    const refused = new Set(refusals.map((each) => each.document));
    sent.push(...documents.map((document) => document._id).filter((id) => !refused.has(id)));
  }
  return { sent, denied };
}

async function revisionsMissing(remote: Database, envelopes: readonly string[]): Promise<string[]> {
  const question = Object.fromEntries(envelopes.map((id) => [id, [pinnedRevision(id)]]));
  // `revsDiff` is part of PouchDB's replication API, absent from its published types.
  const { revsDiff } = remote as unknown as {
    revsDiff: (question: object) => Promise<Record<string, unknown>>;
  };
  return Object.keys(await revsDiff.call(remote, question));
}

function refusal(answer: unknown): Denial[] {
  const { error, id, reason, message } = answer as Record<string, unknown>;
  if (error === undefined || error === false) return [];
  return [{ document: String(id ?? ""), reason: String(reason ?? message ?? error) }];
}
