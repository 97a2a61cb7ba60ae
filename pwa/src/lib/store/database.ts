/**
 * The tablet's own IndexedDB database: typed transactions, strict durability, failures of ours.
 *
 * A transaction's work may await only requests of that same transaction: IndexedDB commits as soon as it is left idle,
 * so nothing is sealed, signed or digested inside one. A write resolves when the transaction has completed, that is,
 * when the browser says it is on disk.
 */
import { MIGRATIONS, type Migration, type Schema, type StoreName } from "./schema";
import { StoreUnavailable, storeError } from "./errors";

/** One object store within a transaction. */
export interface Rows<N extends StoreName> {
  get(key: Schema[N]["key"]): Promise<Schema[N]["value"] | undefined>;
  all(): Promise<Schema[N]["value"][]>;
  /** Every key, without reading a row. */
  keys(): Promise<Schema[N]["key"][]>;
  count(): Promise<number>;
  /** First row whose `index` equals `key`. */
  find(index: string, key: string): Promise<Schema[N]["value"] | undefined>;
}

/** The same, writable. `key` is given only to stores whose rows do not carry it (settings, device). */
export interface WritableRows<N extends StoreName> extends Rows<N> {
  put(value: Schema[N]["value"], key?: Schema[N]["key"]): Promise<void>;
  delete(key: Schema[N]["key"]): Promise<void>;
}

/** The stores a transaction was opened on. */
export type Reading<N extends StoreName> = { readonly [K in N]: Rows<K> };
/** The same, writable. */
export type Writing<N extends StoreName> = { readonly [K in N]: WritableRows<K> };

/** The open database. */
export class Store {
  constructor(private readonly database: IDBDatabase) {
    // Another tab wants a newer version: stand aside rather than block it; the page reloads on `StoreUnavailable`.
    database.onversionchange = () => {
      database.close();
    };
  }

  /** Read from `names` in one consistent view. */
  async read<N extends StoreName, T>(
    names: readonly N[],
    work: (rows: Reading<N>) => Promise<T>,
  ): Promise<T> {
    return this.run(names, "readonly", work);
  }

  /**
   * Change `names` in one transaction, whole or not at all; resolves once it is durable.
   *
   * An exception of `work` undoes everything. Raises {@link StorageFull} when the browser has no room left.
   */
  async write<N extends StoreName, T>(
    names: readonly N[],
    work: (rows: Writing<N>) => Promise<T>,
  ): Promise<T> {
    return this.run(names, "readwrite", work);
  }

  /** Close the database; transactions under way complete. */
  close(): void {
    this.database.close();
  }

  private async run<N extends StoreName, T>(
    names: readonly N[],
    mode: "readonly" | "readwrite",
    work: (rows: Writing<N>) => Promise<T>,
  ): Promise<T> {
    const transaction = this.begin(names, mode);
    const completed = completion(transaction);
    try {
      const rows = Object.fromEntries(names.map((name) => [name, rowsOf(transaction.objectStore(name))]));
      const answer = await work(rows as unknown as Writing<N>);
      await completed;
      return answer;
    } catch (error) {
      abandon(transaction);
      // The abort's own reason (a full disk, say) tells more than the request that failed with it.
      await completed.catch(() => undefined);
      throw storeError(transaction.error ?? error);
    }
  }

  private begin(names: readonly StoreName[], mode: "readonly" | "readwrite"): IDBTransaction {
    try {
      return this.database.transaction(
        [...names],
        mode,
        mode === "readwrite" ? { durability: "strict" } : {},
      );
    } catch (cause) {
      throw new StoreUnavailable(cause);
    }
  }
}

/**
 * Open the tablet's database, taking the migrations it missed.
 *
 * Raises {@link StoreUnavailable} when an older tab blocks the upgrade or the stored version is newer than this code.
 */
export async function openStore(
  name = "escale",
  migrations: readonly Migration[] = MIGRATIONS,
  factory: IDBFactory = indexedDB,
): Promise<Store> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, migrations.length);
    request.onupgradeneeded = (event) => {
      const { result, transaction } = request;
      if (transaction === null) return;
      for (const step of migrations.slice(event.oldVersion)) step(result, transaction);
    };
    request.onblocked = () => {
      reject(new StoreUnavailable());
    };
    request.onerror = () => {
      const error = storeError(request.error);
      reject(error === request.error ? new StoreUnavailable(error) : (error as Error));
    };
    request.onsuccess = () => {
      resolve(new Store(request.result));
    };
  });
}

function rowsOf(store: IDBObjectStore): WritableRows<StoreName> {
  return {
    get: (key) => answer(store.get(key)),
    all: () => answer(store.getAll()),
    keys: () => answer(store.getAllKeys()) as Promise<never[]>,
    count: () => answer(store.count()),
    find: (index, key) => answer(store.index(index).get(key)),
    put: async (value, key) => {
      await answer(key === undefined ? store.put(value) : store.put(value, key));
    },
    delete: async (key) => {
      await answer(store.delete(key));
    },
  };
}

async function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new StoreUnavailable());
    };
  });
}

async function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new StoreUnavailable());
    };
  });
}

function abandon(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // Already over: it aborted by itself, which is why the caller is here.
  }
}
