import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it, vi } from "vitest";
import { freshStore } from "./fresh";
import { arrive, freshReplica } from "../central/replica";
import { openStore } from "$lib/store/database";
import { durabilityTally, enforceStrictDurability } from "$lib/store/durability";
import { StorageFull, StoreUnavailable } from "$lib/store/errors";
import { MIGRATIONS } from "$lib/store/schema";
import { readSetting, writeSetting } from "$lib/store/settings";

const asText = (value: unknown): string | null => (typeof value === "string" ? value : null);

describe("the tablet's database", () => {
  it("keeps what a write put, for the next opening", async () => {
    const factory = new IDBFactory();
    const store = await freshStore(factory);
    await writeSetting(store, "campaign", "medicobus");
    store.close();
    expect(await readSetting(await freshStore(factory), "campaign", asText)).toBe("medicobus");
  });

  it("undoes a whole write when its work fails", async () => {
    const store = await freshStore();
    const failing = store.write(["settings"], async ({ settings }) => {
      await settings.put("half", "campaign");
      throw new Error("power cut");
    });
    await expect(failing).rejects.toThrow("power cut");
    expect(await readSetting(store, "campaign", asText)).toBeNull();
  });

  it("begins every write with strict durability", async () => {
    const store = await freshStore();
    const begin = vi.spyOn(IDBDatabase.prototype, "transaction");
    await writeSetting(store, "campaign", "medicobus");
    expect(begin.mock.calls).toEqual([[["settings"], "readwrite", { durability: "strict" }]]);
    expect(begin.mock.results[0]?.value).toMatchObject({ durability: "strict" });
  });

  it("says that storage is full when the browser refuses for lack of room, and loses nothing", async () => {
    const store = await freshStore();
    await writeSetting(store, "campaign", "medicobus");
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    await expect(writeSetting(store, "campaign", "larger")).rejects.toBeInstanceOf(StorageFull);
    expect(await readSetting(store, "campaign", asText)).toBe("medicobus");
  });

  it("says so too when the room ran out only at the commit", async () => {
    const store = await freshStore();
    const begin = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...given) {
      const transaction = begin.apply(this, given);
      const error = new DOMException("no room", "QuotaExceededError");
      Object.defineProperty(transaction, "error", { get: () => error });
      queueMicrotask(() => {
        transaction.abort();
      });
      return transaction;
    });
    await expect(writeSetting(store, "campaign", "medicobus")).rejects.toBeInstanceOf(StorageFull);
  });

  it("takes only the migrations that it missed", async () => {
    const factory = new IDBFactory();
    (await freshStore(factory)).close();
    const added = vi.fn((database: IDBDatabase) => {
      database.createObjectStore("later");
    });
    (await openStore("escale", [...MIGRATIONS, added], factory)).close();
    (await openStore("escale", [...MIGRATIONS, added], factory)).close();
    expect(added).toHaveBeenCalledTimes(1);
  });

  it("refuses a database that a newer version wrote", async () => {
    const factory = new IDBFactory();
    (await openStore("escale", [...MIGRATIONS, () => undefined], factory)).close();
    await expect(freshStore(factory)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it("stands aside for a newer version opened in another tab", async () => {
    const factory = new IDBFactory();
    const older = await freshStore(factory);
    await openStore("escale", [...MIGRATIONS, () => undefined], factory);
    await expect(writeSetting(older, "campaign", "x")).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe("strict durability", () => {
  async function opened(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = new IDBFactory().open("pouch-like", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("docs");
      request.onsuccess = () => {
        resolve(request.result as unknown as IDBDatabase);
      };
      request.onerror = () => {
        reject(new Error("not opened"));
      };
    });
  }

  it("is given to read-write transactions of code that never asks for it, and counted as the browser grants it", async () => {
    enforceStrictDurability();
    enforceStrictDurability();
    const before = durabilityTally();
    const database = await opened();
    expect(database.transaction("docs", "readwrite").durability).toBe("strict");
    expect(database.transaction("docs", "readwrite", { durability: "relaxed" }).durability).toBe("strict");
    expect(durabilityTally()).toEqual({ strict: before.strict + 2, other: before.other });
  });

  it("holds for PouchDB, which never asks for it", async () => {
    enforceStrictDurability();
    const before = durabilityTally();
    const digest = "a".repeat(64);
    await arrive(await freshReplica(), [{ _id: `e${digest}`, _rev: `1-${digest.slice(0, 32)}`, jwe: "x" }]);
    const after = durabilityTally();
    expect(after.strict).toBeGreaterThan(before.strict);
    expect(after.other).toBe(before.other);
  });

  it("leaves reads as they are", async () => {
    enforceStrictDurability();
    expect((await opened()).transaction("docs", "readonly").durability).toBe("default");
  });
});

describe("a tablet of before notices", () => {
  it("keeps what it signed, which was records", async () => {
    const factory = new IDBFactory();
    const before = await openStore("escale", MIGRATIONS.slice(0, 1), factory);
    const sealed = { envelope: "e1", record: "r1", sequence: 1, draft: "d1", visit: "v1", slot: "s1" };
    await before.write(["sealed", "outbox"], async (rows) => {
      await rows.sealed.put({ ...sealed, replaces: null, sealed_at: "2026-11-23" } as never);
      await rows.outbox.put({ _id: "e1", _rev: "1-1", jwe: "{}", sequence: 1 } as never);
    });
    before.close();
    const after = await openStore("escale", MIGRATIONS, factory);
    const rows = await after.read(["sealed", "outbox"], async (stores) => ({
      sealed: await stores.sealed.all(),
      outbox: await stores.outbox.all(),
    }));
    expect(rows.sealed).toEqual([
      { ...sealed, replaces: null, sealed_at: "2026-11-23", kind: "record", stop: null, photo: null },
    ]);
    expect(rows.outbox).toMatchObject([{ _id: "e1", kind: "record", stop: null }]);
  });
});
