import { expect, test } from "vitest";
import { examineStorage, ROOM_NEEDED_BYTES } from "$lib/platform/storage";

function browser(answers: { persisted: boolean; grants?: boolean; free: number }): StorageManager {
  return {
    persisted: () => Promise.resolve(answers.persisted),
    persist: () => Promise.resolve(answers.grants ?? false),
    estimate: () => Promise.resolve({ quota: answers.free + 1_000, usage: 1_000 }),
  } as unknown as StorageManager;
}

test("a capture may start when storage is persistent and has room", async () => {
  const verdict = await examineStorage(browser({ persisted: true, free: ROOM_NEEDED_BYTES }));
  expect(verdict).toEqual({ kind: "ready", freeBytes: ROOM_NEEDED_BYTES });
});

test("persistence is asked for when it was not granted yet", async () => {
  const verdict = await examineStorage(browser({ persisted: false, grants: true, free: ROOM_NEEDED_BYTES }));
  expect(verdict.kind).toBe("ready");
});

test("no capture starts without persistence", async () => {
  const verdict = await examineStorage(browser({ persisted: false, free: ROOM_NEEDED_BYTES }));
  expect(verdict.kind).toBe("not-persistent");
});

test("no capture starts without room", async () => {
  const verdict = await examineStorage(browser({ persisted: true, free: ROOM_NEEDED_BYTES - 1 }));
  expect(verdict).toEqual({ kind: "no-room", freeBytes: ROOM_NEEDED_BYTES - 1 });
});
