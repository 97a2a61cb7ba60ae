/**
 * Destroying everything that this origin keeps in the browser: databases and the keys in them, caches, small values, the
 * service worker. There is no way back; who calls has made sure that nothing is lost by it.
 */

/** How long another tab may hold a database before it is said to be left. */
const BLOCKED_MS = 5_000;

/** Destroy everything; answers the names of the databases that another tab still holds. */
export async function destroyEverything(page: Window & typeof globalThis): Promise<readonly string[]> {
  const { indexedDB, caches, navigator, localStorage, sessionStorage } = page;
  const names = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
  const left: string[] = [];
  for (const name of names) if (!(await destroyed(indexedDB, name))) left.push(name);
  for (const name of await caches.keys()) await caches.delete(name);
  localStorage.clear();
  sessionStorage.clear();
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  for (const registration of registrations) await registration.unregister();
  return left;
}

async function destroyed(factory: IDBFactory, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = factory.deleteDatabase(name);
    request.onsuccess = () => resolve(true);
    request.onerror = () => resolve(false);
    // Another tab stands aside by itself as a rule; one that does not must not make this one wait for ever.
    request.onblocked = () => setTimeout(() => resolve(false), BLOCKED_MS);
  });
}
