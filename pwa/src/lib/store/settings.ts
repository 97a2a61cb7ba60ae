/** Small values of the tablet's own that belong to no other store: never anything clinical or personal. */
import type { Store } from "./database";

/** The setting `key` as `parse` reads it; `parse` receives `undefined` when it was never written. */
export async function readSetting<T>(store: Store, key: string, parse: (value: unknown) => T): Promise<T> {
  return parse(await store.read(["settings"], async ({ settings }) => settings.get(key)));
}

/** Keep a structured-cloneable `value` under `key`. */
export async function writeSetting(store: Store, key: string, value: unknown): Promise<void> {
  await store.write(["settings"], async ({ settings }) => settings.put(value, key));
}

/** Forget `key`. */
export async function removeSetting(store: Store, key: string): Promise<void> {
  await store.write(["settings"], async ({ settings }) => settings.delete(key));
}
