/**
 * What synchronisation remembers across reboots, in a local document of the replica (never replicated).
 *
 * `lastSync`: when both directions were last level, ms since the epoch. `instance`: the node then. `denied`: envelopes
 * that the node would not write, kept until it takes them: they are shown and sent again, never dropped.
 */
import type { Database } from "./database";

/** One envelope that a node refused. `at` in ms since the epoch. */
export interface DeniedEnvelope {
  readonly reason: string;
  readonly at: number;
}

/** The contents of the journal. */
export interface Journal {
  readonly lastSync: number | null;
  readonly instance: string | null;
  readonly denied: Readonly<Record<string, DeniedEnvelope>>;
}

const ID = "_local/escale-sync";
const EMPTY: Journal = { lastSync: null, instance: null, denied: {} };

interface Stored extends Journal {
  readonly _rev?: string;
}

async function stored(local: Database): Promise<Stored> {
  try {
    return { ...EMPTY, ...(await local.get<Journal>(ID)) };
  } catch (error) {
    if ((error as { status?: number }).status === 404) return EMPTY;
    throw error;
  }
}

/** The journal of `local`; empty when nothing was ever synchronised. */
export async function readJournal(local: Database): Promise<Journal> {
  const { lastSync, instance, denied } = await stored(local);
  return { lastSync, instance, denied };
}

/** Writes the journal of one replica, one change after the other. */
export class JournalWriter {
  readonly #local: Database;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(local: Database) {
    this.#local = local;
  }

  /** Apply `change` to what is stored. Raises what IndexedDB raises. */
  update(change: (journal: Journal) => Journal): Promise<void> {
    const written = this.#tail.then(async () => {
      const { _rev, lastSync, instance, denied } = await stored(this.#local);
      const rev = _rev === undefined ? {} : { _rev };
      await this.#local.put({ ...change({ lastSync, instance, denied }), _id: ID, ...rev });
    });
    this.#tail = written.catch(() => undefined); // the caller has the error; the next change must still be tried
    return written;
  }
}
