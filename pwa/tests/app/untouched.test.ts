import { describe, expect, it, test } from "vitest";
import { Tablet } from "../record/tablet";
import { DraftWriter } from "$lib/drafts/writer";
import type { Draft, StoredDraft } from "$lib/drafts/draft";
import { attendanceOf, attendances, type AttendanceNotice } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";
import type { Roster } from "$lib/central/roster";
import type { CaptureSession } from "../../src/app/capture.svelte";
import { dayLines, visitsOf } from "../../src/app/day";
import type { Desk } from "../../src/app/desk.svelte";
import { isUntouched, putAsideByHand, statusBefore, takeUpAgain } from "../../src/app/untouched";

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
  statusBefore(attendanceOf(notices) ?? undefined, OPENED);

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

describe("a draft put aside by hand", () => {
  const stop = { id: "stop", campaign: "c" };
  const label = {
    owner: "nurse",
    visit: "v",
    stop,
    expected: null,
    replaces: null,
    hand_overs: [],
    answers: {},
  };

  /** What stands after `draft`, opened with these notices, is put aside: the desk keeps and tells what it is told. */
  async function putAside(draft: object, notices: readonly AttendanceNotice[]): Promise<AttendanceNotice[]> {
    const told = [...notices];
    const stored = { draft: { ...label, started_at: OPENED.started_at, ...draft } };
    const desk = {
      slot: { member: "nurse" },
      profession: "infirmière",
      station: { environment: { clock: () => new Date("2026-11-23T10:02:00.000Z") } },
      drafts: { discard: () => Promise.resolve(), restore: () => Promise.resolve() },
      get attendances() {
        return attendances(told);
      },
      say: (_: unknown, body: AttendanceNotice["body"]) => {
        told.push({ ...said("10:02", body.status), record: `own${String(told.length)}`, body });
        return Promise.resolve();
      },
      refresh: () => Promise.resolve(),
    } as unknown as Desk;
    const capture = { close: () => Promise.resolve(), stored } as unknown as CaptureSession;
    await putAsideByHand(desk, capture, "Comptage lancé par erreur");
    await takenUp?.(desk, stored as unknown as StoredDraft);
    return told.slice(notices.length);
  }
  let takenUp: ((desk: Desk, stored: StoredDraft) => Promise<void>) | undefined;
  const walkIn = (notice: AttendanceNotice): AttendanceNotice => ({
    ...notice,
    body: { ...notice.body, walk_in: true },
  });
  const opening = walkIn(said("10:00", "with_nurse"));

  it("leaves no ghost: what its opening said is taken back, signed, with the reason", async () => {
    const after = await putAside({}, [opening]);
    expect(after.map(({ body }) => body)).toMatchObject([
      { visit: "v", status: "expected", walk_in: true, reason: "Comptage lancé par erreur" },
    ]);
    const [line] = visitsOf(
      dayLines({ stop: { id: "stop", slots: [] }, expected: [] } as unknown as Roster, {
        attendances: attendances([opening, ...after]),
        drafts: [],
        records: [],
        hourOf: () => "10:00",
      }),
    );
    expect(line).toBeUndefined();
  });

  it("opened by a teammate who gave it, leaves none either", async () => {
    const hand_overs = [{ from: "nurse", to: "doctor", by: "nurse", at: OPENED.started_at }];
    expect(await putAside({ owner: "doctor", hand_overs }, [opening])).toHaveLength(1);
  });

  it("leaves what somebody said by hand, that a booked person came, and what a correction is about", async () => {
    expect(await putAside({}, [opening, walkIn(said("10:01", "arrived"))])).toEqual([]);
    expect(await putAside({ expected: { id: "v" } }, [said("10:00", "with_nurse")])).toEqual([]);
    expect(await putAside({ replaces: { record: "r", reason: "x" } }, [opening])).toEqual([]);
    const signed = [walkIn(said("09:30", "arrived")), opening];
    expect((await putAside({}, signed)).map(({ body }) => body.status)).toEqual(["arrived"]);
  });

  it("taken up again, has its person there again", async () => {
    takenUp = takeUpAgain;
    expect((await putAside({}, [opening])).map(({ body }) => body.status)).toEqual([
      "expected",
      "with_nurse",
    ]);
    takenUp = undefined;
  });
});
