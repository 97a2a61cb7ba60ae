import { describe, expect, it, test } from "vitest";
import type { Expected, Roster } from "$lib/central/roster";
import { attendances, type AttendanceNotice } from "$lib/notice/attendance";
import type { Attendance } from "$lib/notice/body";
import { dayCounts, dayLines, isStillIn, visitsOf, type DayHoldings, type DayLine } from "../../src/app/day";
import { handsOf, nextStep, withHands } from "../../src/app/steps";

function booked(id: string, time: string | null, more: Partial<Expected> = {}): Expected {
  return {
    id,
    time,
    birth_name: id.toUpperCase(),
    first_name: null,
    birth_date: null,
    sex: null,
    commune: null,
    booking: null,
    slot: null,
    phone: null,
    person: null,
    cancelled: false,
    ...more,
  };
}

function rosterOf(expected: readonly Expected[], slots: Roster["stop"]["slots"] = []): Roster {
  return {
    stop: {
      id: "stop",
      campaign: "c",
      campaign_title: "C",
      name: "Belmont",
      commune: "42015",
      latitude: null,
      longitude: null,
      date: "2026-11-23",
      opens: "09:00",
      closes: "12:00",
      on_duty: [],
      cancelled: false,
      slots,
    },
    form: { url: "u", version: "1" },
    forms: [{ url: "u", version: "1", title: null }],
    settings: {},
    team_title: "T",
    expected,
  };
}

function said(visit: string, at: string, status: Attendance["status"], stop = "stop"): AttendanceNotice {
  const body = { kind: "attendance", visit, status, walk_in: true, reason: null, person: null } as const;
  return {
    record: `${visit}${at}`,
    stop,
    clock_offset_ms: 0,
    author: { member: "m", name: "Claire", profession: "infirmière" },
    body: { ...body, at: `2026-11-23T${at}:00.000Z` },
  };
}

function held(notices: readonly AttendanceNotice[] = [], more: Partial<DayHoldings> = {}): DayHoldings {
  const hourOf = (instant: number): string => new Date(instant).toISOString().slice(11, 16);
  return { attendances: attendances(notices), drafts: [], records: [], hourOf, ...more };
}

const told = (lines: readonly DayLine[]): string[] =>
  lines.map((line) =>
    line.kind === "free" ? `${line.time} free` : `${line.time ?? "?"} ${line.visit} ${line.status}`,
  );

describe("the day's list", () => {
  it("puts the booked, those who came and the free places in order of time", () => {
    const slots = [
      { id: "s1", starts: "09:00", minutes: 20, emergency: false },
      { id: "s2", starts: "10:00", minutes: 20, emergency: true },
    ];
    const roster = rosterOf([booked("b", "11:00"), booked("a", "09:00", { slot: "s1" })], slots);
    const lines = dayLines(roster, held([said("w", "09:30", "arrived"), said("a", "09:05", "with_nurse")]));
    expect(told(lines)).toEqual(["09:00 a with_nurse", "09:30 w arrived", "10:00 free", "11:00 b expected"]);
  });

  it("gives back the place of an appointment that was cancelled, and counts it nowhere", () => {
    const slots = [{ id: "s1", starts: "09:00", minutes: 20, emergency: false }];
    const roster = rosterOf([booked("a", "09:00", { slot: "s1", cancelled: true })], slots);
    const lines = dayLines(roster, held());
    expect(told(lines).toSorted()).toEqual(["09:00 a expected", "09:00 free"]);
    expect(visitsOf(lines)[0]?.cancelled).toBe(true);
    expect(dayCounts(lines)).toMatchObject({ booked: 0 });
  });

  it("takes somebody who comes after a cancellation for there", () => {
    const roster = rosterOf([booked("a", "09:00", { cancelled: true })]);
    const [visit] = visitsOf(dayLines(roster, held([said("a", "09:10", "arrived")])));
    expect(visit).toMatchObject({ cancelled: false, status: "arrived" });
  });

  it("waits for nobody under a walk-in's visit that turned out to be somebody else's", () => {
    const notices = [said("w", "09:30", "with_doctor"), said("w", "09:40", "expected")];
    expect(dayLines(rosterOf([]), held(notices))).toEqual([]);
    expect(told(dayLines(rosterOf([booked("a", "09:00")]), held([said("a", "09:10", "expected")])))).toEqual([
      "09:00 a expected",
    ]);
  });

  it("shows nobody of another stop", () => {
    expect(dayLines(rosterOf([]), held([said("w", "09:30", "arrived", "elsewhere")]))).toEqual([]);
  });

  it("counts what the line above it says", () => {
    const roster = rosterOf([booked("a", "09:00"), booked("b", "09:20"), booked("c", null)]);
    const notices = [
      said("a", "09:10", "done"),
      said("b", "09:20", "with_doctor"),
      said("c", "09:30", "absent"),
      said("w", "09:40", "arrived"),
    ];
    const lines = dayLines(roster, held(notices));
    expect(dayCounts(lines)).toEqual({ booked: 3, walkIns: 1, done: 1, waiting: 1, inside: 1, missed: 1 });
    expect(
      visitsOf(lines)
        .filter(isStillIn)
        .map(({ visit }) => visit),
    ).toEqual(["b", "w"]);
  });

  it("of a visit signed by a tablet that says nothing of attendance shows that it took place", () => {
    const entry = { visit: "w", stop: "stop", envelope: "e", signed_at: "2026-11-23T09:50:00.000Z" };
    const records = [{ entry, standing: {} }] as unknown as DayHoldings["records"];
    expect(told(dayLines(rosterOf([]), held([], { records })))).toEqual(["09:50 w done"]);
  });
});

test.each([
  ["infirmière", "nurse"],
  ["Infirmier en pratique avancée (IPA)", "nurse"],
  ["médecin généraliste", "doctor"],
  ["Interne de médecine", "doctor"],
  ["sage-femme", "other"],
  ["", "other"],
])("%s works with the hands of: %s", (profession, hands) => {
  expect(handsOf(profession)).toBe(hands);
});

test("one tap gives what comes next for who is at work", () => {
  expect(nextStep("nurse", "expected")).toBe("with_nurse");
  expect(nextStep("doctor", "arrived")).toBe("with_doctor");
  expect(nextStep("doctor", "with_nurse")).toBe("with_doctor");
  expect(nextStep("nurse", "with_nurse")).toBe("arrived");
  expect(nextStep("doctor", "with_doctor")).toBe("done");
  expect(nextStep("nurse", "with_doctor")).toBeNull();
  expect(nextStep("other", "expected")).toBe("arrived");
  expect(nextStep("nurse", "done")).toBeNull();
  expect(withHands("other")).toBe("arrived");
});
