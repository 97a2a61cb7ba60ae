/**
 * What synchronisation remembers across reboots, in a local document of the replica (never replicated).
 *
 * `reached`: when both directions were last level, by kind of node. `denied`: envelopes that a node would not write, kept
 * until it takes them: they are shown and sent again, never dropped.
 */
import type { Database } from "./database";
import { NEVER_REACHED, type Reached } from "./machine";

/** One envelope that a node refused. `at` in ms since the epoch. */
export interface DeniedEnvelope {
  readonly reason: string;
  readonly at: number;
}

/** The contents of the journal. */
export interface Journal {
  readonly reached: Reached;
  readonly denied: Readonly<Record<string, DeniedEnvelope>>;
}

const ID = "_local/escale-sync";
const EMPTY: Journal = { reached: NEVER_REACHED, denied: {} };

interface Stored extends Journal {
  readonly _rev?: string;
}

/** What the journal of a version before hubs held: central was the only node. */
interface Former {
  readonly lastSync?: number | null;
}

async function stored(local: Database): Promise<Stored> {
  try {
    const { lastSync = null, ...kept } = await local.get<Partial<Journal> & Former>(ID);
    return { ...EMPTY, reached: { ...NEVER_REACHED, central: lastSync }, ...kept };
  } catch (error) {
    if ((error as { status?: number }).status === 404) return EMPTY;
    throw error;
  }
}

/** The journal of `local`; empty when nothing was ever synchronised. */
export async function readJournal(local: Database): Promise<Journal> {
  const { reached, denied } = await stored(local);
  return { reached, denied };
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
      const { _rev, reached, denied } = await stored(this.#local);
      const rev = _rev === undefined ? {} : { _rev };
      await this.#local.put({ ...change({ reached, denied }), _id: ID, ...rev });
    });
    this.#tail = written.catch(() => undefined); // the caller has the error; the next change must still be tried
    return written;
  }
}
