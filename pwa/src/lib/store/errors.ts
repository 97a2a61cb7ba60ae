/**
 * Failures of the tablet's own storage.
 *
 * ```
 * StoreError
 * ├── StorageFull         the browser refused for lack of room; what was stored before is untouched
 * ├── StoreUnavailable    the database cannot be opened, or another tab holds an older version of it
 * └── StoredValueLost     a value that must be there is not: the browser emptied part of its storage
 * ```
 */

/** Any failure of the tablet's own storage. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** The transaction was undone whole because the browser has no room left. Nothing stored before is lost. */
export class StorageFull extends StoreError {
  override readonly name = "StorageFull";

  constructor(cause?: unknown) {
    super("storage-full", { cause });
  }
}

/** The database cannot be opened now. */
export class StoreUnavailable extends StoreError {
  override readonly name = "StoreUnavailable";

  constructor(cause?: unknown) {
    super("store-unavailable", { cause });
  }
}

/** A value the library counts on is missing. */
export class StoredValueLost extends StoreError {
  override readonly name = "StoredValueLost";

  constructor(readonly what: string) {
    super(`stored value lost: ${what}`);
  }
}

/** `cause` as one of ours: a quota error becomes {@link StorageFull}, ours stay as they are. */
export function storeError(cause: unknown): unknown {
  if (cause instanceof StoreError) return cause;
  const name = (cause as { name?: unknown } | null)?.name;
  return name === "QuotaExceededError" ? new StorageFull(cause) : cause;
}
