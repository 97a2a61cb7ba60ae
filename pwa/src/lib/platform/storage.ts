/**
 * May a capture start here? Only when the browser promised to keep what it stores, and has room for it.
 *
 * Without the promise (`navigator.storage.persist()`) a browser short of space may empty an origin without asking:
 * records not yet sent would go with it.
 */

/** Room that must be left before a capture starts: some 2,000 envelopes with their drafts and index. */
export const ROOM_NEEDED_BYTES = 50 * 1024 * 1024;

/** What the browser answered. `freeBytes` is an estimate, `null` when it gives none. */
export type StorageVerdict =
  | { readonly kind: "ready"; readonly freeBytes: number | null }
  | { readonly kind: "not-persistent"; readonly freeBytes: number | null }
  | { readonly kind: "no-room"; readonly freeBytes: number };

/** Ask for persistence when it is not granted yet, and measure the room left. */
export async function examineStorage(storage: StorageManager): Promise<StorageVerdict> {
  const persistent = (await storage.persisted()) || (await storage.persist());
  const { quota, usage } = await storage.estimate();
  const freeBytes = quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
  if (!persistent) return { kind: "not-persistent", freeBytes };
  if (freeBytes !== null && freeBytes < ROOM_NEEDED_BYTES) return { kind: "no-room", freeBytes };
  return { kind: "ready", freeBytes };
}
