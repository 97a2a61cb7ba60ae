/**
 * Strict durability for every read-write transaction of the page, PouchDB's included.
 *
 * Browsers default to relaxed durability: a transaction may complete before the operating system was asked to flush
 * it, and a battery pulled out loses it. PouchDB offers no setting, so the one place through which every transaction
 * is begun is wrapped. Called once, before any database is used; the order of loading does not matter.
 */

/** How many read-write transactions were begun since the wrapper is in place, by the durability they really have. */
export interface DurabilityTally {
  readonly strict: number;
  readonly other: number;
}

const tally = { strict: 0, other: 0 };
const wrapped = new WeakSet<object>();

/** Make every read-write transaction strict from now on. Calling it again changes nothing. */
export function enforceStrictDurability(prototype: IDBDatabase = IDBDatabase.prototype): void {
  if (wrapped.has(prototype)) return;
  wrapped.add(prototype);
  const begin = prototype.transaction;
  prototype.transaction = function (this: IDBDatabase, names, mode, options) {
    if (mode !== "readwrite") return begin.call(this, names, mode, options);
    const transaction = begin.call(this, names, mode, { ...options, durability: "strict" });
    // Counted from what the transaction says it is, so that a browser that ignores the option is seen.
    if (transaction.durability === "strict") tally.strict += 1;
    else tally.other += 1;
    return transaction;
  };
}

/** What the read-write transactions begun so far really are; a test asserts that `other` is zero. */
export function durabilityTally(): DurabilityTally {
  return { ...tally };
}
