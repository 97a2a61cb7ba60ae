import { beforeEach, describe, expect, it } from "vitest";
import { IDBFactory } from "fake-indexeddb";
import { HandClock, freshStore } from "../store/fresh";
import { countAttempt, delayAfter_s, forgetAttempts, remainingWait } from "$lib/vault/attempts";
import { AttemptDelayed } from "$lib/vault/errors";
import type { Store } from "$lib/store/database";
import { StorageFull } from "$lib/store/errors";

let store: Store;
let clock: HandClock;

beforeEach(async () => {
  store = await freshStore();
  clock = new HandClock();
});

async function fail(times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) {
    clock.advance(60);
    await countAttempt(store, "slot", clock.read);
  }
}

describe("wrong passphrases", () => {
  it("are delayed more each time, never beyond a minute", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 100].map(delayAfter_s)).toEqual([0, 0, 0, 5, 10, 20, 40, 60, 60]);
  });

  it("make the next try wait, and a try that comes too soon is not counted", async () => {
    await fail(4);
    clock.advance(4);
    await expect(countAttempt(store, "slot", clock.read)).rejects.toMatchObject({ wait_s: 6 });
    clock.advance(6);
    expect(await countAttempt(store, "slot", clock.read)).toBe(20);
  });

  it("are remembered by the next page", async () => {
    const factory = new IDBFactory();
    store = await freshStore(factory);
    await fail(7);
    store.close();
    expect(await remainingWait(await freshStore(factory), "slot", clock.read)).toBe(60);
  });

  it("never lock for good, even with the clock set back by a year", async () => {
    await fail(50);
    clock.advance(-365 * 86_400);
    expect(await remainingWait(store, "slot", clock.read)).toBe(60);
    clock.advance(60);
    await expect(countAttempt(store, "slot", clock.read)).resolves.toBe(60);
  });

  it("still end within a minute when the clock is set back and only the try itself notices", async () => {
    await fail(7);
    clock.advance(-3600);
    await expect(countAttempt(store, "slot", clock.read)).rejects.toBeInstanceOf(AttemptDelayed);
    clock.advance(60);
    await expect(countAttempt(store, "slot", clock.read)).resolves.toBe(60);
  });

  it("are forgotten once the slot was opened", async () => {
    await fail(7);
    await forgetAttempts(store, "slot");
    expect(await remainingWait(store, "slot", clock.read)).toBe(0);
  });

  it("delay one slot only", async () => {
    await fail(7);
    expect(await remainingWait(store, "another", clock.read)).toBe(0);
  });
});

describe("on a tablet without room", () => {
  it("a try that cannot be written down is looked at all the same, since what is stored must open", async () => {
    const full = { write: () => Promise.reject(new StorageFull()) } as unknown as Store;
    expect(await countAttempt(full, "slot", clock.read)).toBe(0);
    await expect(forgetAttempts(full, "slot")).resolves.toBeUndefined();
  });
});
