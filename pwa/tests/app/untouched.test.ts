import { describe, expect, it, test } from "vitest";
import { Tablet } from "../record/tablet";
import { DraftWriter } from "$lib/drafts/writer";
import type { Draft } from "$lib/drafts/draft";
import { attendanceOf, type AttendanceNotice } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";
import { isUntouched, statusBefore } from "../../src/app/untouched";

function said(at: string, status: AttendanceStatus, member = "nurse"): AttendanceNotice {
  const body = {
    kind: "attendance",
    visit: "v",
    status,
    walk_in: false,
    reason: null,
    person: null,
  } as const;
  return {
    record: `r${at}`,
    stop: "stop",
    clock_offset_ms: 0,
    author: { member, name: "Claire", profession: "infirmière" },
    body: { ...body, at: `2026-11-23T${at}:00.000Z` },
  };
}

const OPENED = { owner: "nurse", started_at: "2026-11-23T10:00:00.000Z" };
const before = (...notices: AttendanceNotice[]): AttendanceStatus | null =>
  statusBefore(attendanceOf(notices) ?? undefined, OPENED, "with_nurse");

describe("the attendance of a record opened by mistake", () => {
  it("goes back to expected when nobody had said anything", () => {
    expect(before(said("10:00", "with_nurse"))).toBe("expected");
  });

  it("goes back to what it was", () => {
    expect(before(said("09:30", "arrived"), said("10:00", "with_nurse"))).toBe("arrived");
    expect(before(said("09:30", "absent"), said("10:00", "with_nurse"))).toBe("absent");
  });

  it("is left alone when it was not the opening that said it, or something was said since", () => {
    expect(before()).toBeNull();
    expect(before(said("09:30", "with_nurse"))).toBeNull();
    expect(before(said("10:00", "with_nurse", "doctor"))).toBeNull();
    expect(before(said("10:00", "with_nurse"), said("10:05", "left"))).toBeNull();
  });
});

test("a draft is untouched until something is answered, whatever was known when it began", async () => {
  const tablet = await Tablet.enrolled();
  const stored = await tablet.draft();
  expect(Object.keys(stored.draft.answers)).not.toEqual([]);
  expect(isUntouched(stored.draft)).toBe(true);

  const writer = new DraftWriter(tablet.drafts, stored, { after: () => () => undefined }, () => undefined);
  writer.update({ section: "vitals" });
  expect(isUntouched((await writer.close()).draft)).toBe(true);
});

test("only a draft of a new visit, in its own hands, puts itself aside", async () => {
  const tablet = await Tablet.enrolled();
  const { draft } = await tablet.draft();
  const earlier: Draft = { ...draft };
  delete (earlier as { touched?: boolean }).touched;
  const others: readonly Draft[] = [
    { ...draft, touched: true },
    { ...draft, replaces: { record: "r", reason: "Erreur" } },
    { ...draft, hand_overs: [{ from: "a", to: "b", by: "a", at: draft.started_at }] },
    { ...draft, discard: { reason: "Essai", by: "a", at: draft.started_at } },
    earlier,
  ];
  expect(others.map(isUntouched)).toEqual([false, false, false, false, false]);
});
