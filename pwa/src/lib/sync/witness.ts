/**
 * What a node says that it holds, overheard from replication: PouchDB asks (`_revs_diff`) and writes (`_bulk_docs`), and
 * tells nobody what was answered of each document.
 *
 * A node that answers has it durably: both engines answer a write once it is on disk, and know no revision before.
 */
import type { Database } from "./database";

/** What is overheard, of envelopes only (ids `e…`). */
export interface WitnessListener {
  held(envelopes: readonly string[]): void;
  lacking(envelopes: readonly string[]): void;
}

/** The calls overheard; `revsDiff` belongs to PouchDB's replication API, absent from its published types. */
interface Overheard {
  revsDiff(asked: Readonly<Record<string, readonly string[]>>): Promise<Readonly<Record<string, unknown>>>;
  bulkDocs(documents: unknown, options: unknown): Promise<readonly unknown[]>;
}

interface Sent {
  readonly docs?: readonly { readonly _id: string }[];
}

/** Overhear `remote`, which is changed and answered. */
export function witnessed(remote: Database, listener: WitnessListener): Database {
  const spoken = remote as unknown as Overheard;
  const revsDiff = spoken.revsDiff.bind(remote);
  const bulkDocs = spoken.bulkDocs.bind(remote);
  spoken.revsDiff = async (asked) => {
    const missing = await revsDiff(asked);
    const envelopes = Object.keys(asked).filter(isEnvelope);
    tell(listener, envelopes, (id) => !(id in missing));
    return missing;
  };
  spoken.bulkDocs = async (documents, options) => {
    const answers = await bulkDocs(documents, options);
    const refused = new Set(answers.flatMap(refusedId));
    const sent = Array.isArray(documents) ? (documents as Sent["docs"]) : (documents as Sent).docs;
    const envelopes = (sent ?? []).map(({ _id }) => _id).filter(isEnvelope);
    // A refusal that names no document says nothing of which ones were written.
    if (!refused.has("")) tell(listener, envelopes, (id) => !refused.has(id));
    return answers;
  };
  return remote;
}

/** Whether `id` is an envelope's (wire §3.3). */
export function isEnvelope(id: string): boolean {
  return id.startsWith("e");
}

function tell(
  listener: WitnessListener,
  envelopes: readonly string[],
  isHeld: (id: string) => boolean,
): void {
  const held = envelopes.filter(isHeld);
  const lacking = envelopes.filter((id) => !isHeld(id));
  if (held.length > 0) listener.held(held);
  if (lacking.length > 0) listener.lacking(lacking);
}

/** With `new_edits: false` a node answers only what it refused (CouchDB, `_bulk_docs`). */
function refusedId(answer: unknown): string[] {
  const { error, id } = answer as { error?: unknown; id?: unknown };
  return error === undefined || error === false ? [] : [typeof id === "string" ? id : ""];
}
