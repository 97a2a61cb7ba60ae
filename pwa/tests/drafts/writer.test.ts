import { beforeEach, describe, expect, it, vi } from "vitest";
import { Tablet } from "../record/tablet";
import { HandTimers } from "../store/fresh";
import type { Draft, StoredDraft } from "$lib/drafts/draft";
import { readDraft } from "$lib/drafts/drafts";
import { DraftError, DraftMoved } from "$lib/drafts/errors";
import { DraftWriter, flushWhenHidden, SAVE_DELAY_MS, type SaveStatus } from "$lib/drafts/writer";
import { StorageFull } from "$lib/store/errors";

let tablet: Tablet;
let timers: HandTimers;
let begun: StoredDraft;
let writer: DraftWriter;
let seen: SaveStatus[];

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  timers = new HandTimers(tablet.clock);
  begun = await tablet.draft({ answers: {} });
  seen = [];
  writer = new DraftWriter(tablet.drafts, begun, timers, (status) => seen.push(status));
});

async function onDisk(): Promise<Draft> {
  return (await readDraft(tablet.drafts, tablet.team, begun.draft.id)).draft;
}

function type(text: string): void {
  writer.update({ entries: { "identity.birth_name": text } });
}

/** The disk refuses as a full one does, until it is told otherwise. */
function fillDisk(): () => void {
  const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("no room", "QuotaExceededError");
  });
  return () => {
    put.mockRestore();
  };
}

describe("what is typed", () => {
  it("begins to be saved within a fifth of a second", async () => {
    type("DUR");
    expect(writer.status.state).toBe("pending");
    timers.advance(SAVE_DELAY_MS / 1000);
    await vi.waitUntil(() => writer.status.state === "saved");
    expect((await onDisk()).entries).toEqual({ "identity.birth_name": "DUR" });
  });

  it("is saved while the typing goes on, not only when it stops", () => {
    type("D");
    timers.advance(0.15);
    type("DU");
    timers.advance(0.05);
    expect(timers.waiting).toBe(0);
  });

  it("is coalesced: one save for many keystrokes", async () => {
    for (const text of ["D", "DU", "DUR", "DURA", "DURAN", "DURAND"]) type(text);
    await writer.flush();
    expect(writer.stored.save).toBe(begun.save + 1);
    expect((await onDisk()).entries).toEqual({ "identity.birth_name": "DURAND" });
  });

  it("lands in the order in which it was typed, whatever was typed during a save", async () => {
    for (let round = 0; round < 20; round += 1) {
      type(`round ${round}`);
      void writer.flush();
    }
    await writer.flush();
    expect((await onDisk()).entries).toEqual({ "identity.birth_name": "round 19" });
  });
});

describe("what is said to be saved", () => {
  it("is on disk, since the time that is said", async () => {
    tablet.clock.advance(60);
    type("DURAND");
    expect(writer.status.savedAt.toISOString()).toBe(new Date(begun.draft.saved_at).toISOString());
    await writer.flush();
    expect(writer.status.savedAt).toEqual(tablet.clock.read());
    expect(Date.parse((await onDisk()).saved_at)).toBe(tablet.clock.now_ms);
    expect(seen.map(({ state }) => state)).toEqual(["pending", "saved"]);
  });

  it("is never said of a change made during the save", async () => {
    type("DUR");
    const flushed = writer.flush();
    type("DURAND");
    expect(writer.status.state).toBe("pending");
    await flushed;
    expect(writer.status.state).toBe("saved");
    expect((await onDisk()).entries).toEqual({ "identity.birth_name": "DURAND" });
  });
});

describe("a disk that is full", () => {
  it("is said at once, loses nothing, and is tried again", async () => {
    const empty = fillDisk();
    type("DURAND");
    await expect(writer.flush()).rejects.toBeInstanceOf(StorageFull);
    expect(writer.status).toMatchObject({ state: "failed", error: expect.any(StorageFull) as unknown });
    expect(writer.draft.entries).toEqual({ "identity.birth_name": "DURAND" });
    empty();
    timers.advance(2);
    await vi.waitUntil(() => writer.status.state === "saved");
    expect((await onDisk()).entries).toEqual({ "identity.birth_name": "DURAND" });
  });

  it("leaves the writer open when it is closed: what was typed is still held", async () => {
    const empty = fillDisk();
    type("DURAND");
    await expect(writer.close()).rejects.toBeInstanceOf(StorageFull);
    type("DURAND-MARTIN");
    empty();
    expect((await writer.close()).draft.entries).toEqual({ "identity.birth_name": "DURAND-MARTIN" });
  });
});

describe("a writer", () => {
  it("gives what it saved when it closes, and writes no more", async () => {
    type("DURAND");
    const stored = await writer.close();
    expect(stored.draft).toEqual(await onDisk());
    expect(() => {
      type("later");
    }).toThrow(DraftError);
  });

  it("gives way to another tab that saved the draft since", async () => {
    const other = new DraftWriter(tablet.drafts, begun, timers);
    other.update({ section: "visit" });
    await other.flush();
    type("DURAND");
    await expect(writer.flush()).rejects.toBeInstanceOf(DraftMoved);
    expect(timers.waiting).toBe(0);
    expect((await onDisk()).section).toBe("visit");
  });

  it("saves when the page is hidden or left, until it is told to stop", async () => {
    const page = Object.assign(new EventTarget(), {
      visibilityState: "hidden",
      defaultView: new EventTarget(),
    });
    const stop = flushWhenHidden(writer, page as unknown as Document);
    type("DURAND");
    page.dispatchEvent(new Event("visibilitychange"));
    await vi.waitUntil(() => writer.status.state === "saved");
    type("DURAND-MARTIN");
    page.defaultView.dispatchEvent(new Event("pagehide"));
    await vi.waitUntil(() => writer.status.state === "saved");
    stop();
    type("later");
    page.dispatchEvent(new Event("visibilitychange"));
    expect(writer.status.state).toBe("pending");
    expect((await onDisk()).entries).toEqual({ "identity.birth_name": "DURAND-MARTIN" });
  });
});
