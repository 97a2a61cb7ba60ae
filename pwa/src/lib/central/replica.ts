/**
 * The local replica as this library sees it: the two calls of PouchDB it needs.
 *
 * A `PouchDB.Database` is one as it is; the library depends on neither its code nor its types.
 */

/** A document with its revision, whatever else it holds. */
export interface ReplicaDocument {
  readonly _id: string;
  readonly _rev: string;
  readonly [member: string]: unknown;
}

/** A row of `allDocs`; a key that is not there has `error`, a deleted document has `value.deleted`. */
export interface ReplicaRow {
  readonly id?: string;
  readonly key: string;
  readonly value?: { readonly rev: string; readonly deleted?: boolean } | undefined;
  readonly doc?: unknown;
}

/** The local database of one team and period. */
export interface Replica {
  allDocs(options: {
    keys?: string[];
    startkey?: string;
    endkey?: string;
    include_docs?: boolean;
    limit?: number;
    skip?: number;
  }): Promise<{ rows: unknown[] }>;
  bulkDocs(
    documents: { _id: string; _rev: string; jwe: string }[],
    options: { new_edits: false },
  ): Promise<unknown[]>;
}

/** Documents of `keys` that are there, in no promised order. */
export async function documentsOf(replica: Replica, keys: readonly string[]): Promise<ReplicaDocument[]> {
  if (keys.length === 0) return [];
  const { rows } = await replica.allDocs({ keys: [...keys], include_docs: true });
  return present(rows as ReplicaRow[]);
}

/** A document's id and current revision, without its body. */
export interface ReplicaRevision {
  readonly id: string;
  readonly rev: string;
}

/** Those of `keys` that are there, without their bodies. */
export async function revisionsOf(replica: Replica, keys: readonly string[]): Promise<ReplicaRevision[]> {
  if (keys.length === 0) return [];
  const { rows } = await replica.allDocs({ keys: [...keys] });
  return revisions(rows as ReplicaRow[]);
}

/** Every document whose id starts with `prefix` and hexadecimal, without bodies: `e` envelopes, `c` central ones. */
export async function revisionsStarting(replica: Replica, prefix: "c" | "e"): Promise<ReplicaRevision[]> {
  const { rows } = await replica.allDocs({ startkey: prefix, endkey: `${prefix}g` });
  return revisions(rows as ReplicaRow[]);
}

/** Ids of every envelope, without reading any. */
export async function envelopeIds(replica: Replica): Promise<string[]> {
  return (await revisionsStarting(replica, "e")).map(({ id }) => id);
}

function revisions(rows: readonly ReplicaRow[]): ReplicaRevision[] {
  return rows.flatMap(({ id, value }) =>
    id === undefined || value === undefined || value.deleted === true ? [] : [{ id, rev: value.rev }],
  );
}

function present(rows: readonly ReplicaRow[]): ReplicaDocument[] {
  return rows.flatMap(({ doc }) => (doc === null || doc === undefined ? [] : [doc as ReplicaDocument]));
}
