import { describe, expect, it } from "vitest";
import { attendanceOf, attendances, type AttendanceNotice } from "$lib/notice/attendance";
import type { Attendance, AttendanceStatus } from "$lib/notice/body";

const VISIT = "6d1f2c5e-0a01-4b6e-8a01-000000000001";

interface Said extends Partial<Omit<Attendance, "kind" | "status">> {
  /** What the tablet's clock lacks, in milliseconds. */
  readonly offset?: number | null;
  readonly record?: string;
}

function said(minute: number, status: AttendanceStatus, given: Said = {}): AttendanceNotice {
  const { offset = 0, record = `${minute}-${status}`, ...body } = given;
  const at = `2026-11-23T09:${String(minute).padStart(2, "0")}:00.000Z`;
  return {
    record,
    stop: "stop",
    clock_offset_ms: offset,
    author: { member: "claire", name: "Claire", profession: "infirmier" },
    body: {
      kind: "attendance",
      visit: VISIT,
      status,
      at,
      walk_in: false,
      reason: null,
      person: null,
      ...body,
    },
  };
}

/** Every order in which `notices` can arrive. */
function orders<T>(notices: readonly T[]): T[][] {
  if (notices.length < 2) return [[...notices]];
  return notices.flatMap((first, place) =>
    orders(notices.filter((_, other) => other !== place)).map((rest) => [first, ...rest]),
  );
}

describe("the state of a visit", () => {
  it("is unknown while nobody said anything", () => {
    expect(attendanceOf([])).toBeNull();
  });

  it("is what was said last, whatever the order of arrival", () => {
    const day = [said(0, "arrived"), said(5, "with_nurse"), said(20, "with_doctor"), said(40, "done")];
    for (const order of orders(day)) {
      expect(attendanceOf(order)).toMatchObject({
        status: "done",
        since_ms: Date.parse("2026-11-23T09:40:00.000Z"),
        arrived_ms: Date.parse("2026-11-23T09:00:00.000Z"),
        interruptions: 0,
      });
    }
  });

  it("compares two tablets by the server's hour, not by clocks that are wrong", () => {
    // The second tablet is an hour late: what it wrote at 9:10 happened at 10:10.
    const late = said(10, "with_doctor", { offset: 3_600_000 });
    for (const order of orders([late, said(30, "arrived")])) {
      expect(attendanceOf(order)?.status).toBe("with_doctor");
    }
  });

  it("takes a clock that was never compared for right", () => {
    expect(attendanceOf([said(10, "arrived", { offset: null }), said(5, "done")])?.status).toBe("arrived");
  });

  it("of two notices of one instant is the same on every tablet", () => {
    const one = said(10, "absent", { record: "b" });
    const other = said(10, "arrived", { record: "a" });
    for (const order of orders([one, other])) expect(attendanceOf(order)?.status).toBe("absent");
  });

  it("counts an interruption when the same hands take the person again, not the wait between nurse and doctor", () => {
    const day = [
      said(0, "arrived"),
      said(5, "with_nurse"),
      said(10, "arrived"),
      said(15, "with_nurse"),
      said(20, "with_doctor"),
      said(25, "arrived"),
      said(30, "with_doctor"),
    ];
    expect(attendanceOf(day.toReversed())?.interruptions).toBe(2);
  });

  it("keeps the reason of the last word only, and the name from any", () => {
    const person = { birth_name: "DURAND", first_name: "Zoé", birth_date: null };
    const state = attendanceOf([
      said(0, "arrived", { walk_in: true, person }),
      said(5, "left", { walk_in: true, reason: "Trop d’attente" }),
      said(9, "arrived", { walk_in: true }),
    ]);
    expect(state).toMatchObject({ status: "arrived", reason: null, walk_in: true, person });
    expect(state?.history.map(({ body }) => body.status)).toEqual(["arrived", "left", "arrived"]);
  });

  it("of somebody absent has no arrival", () => {
    expect(attendanceOf([said(30, "absent")])?.arrived_ms).toBeNull();
  });
});

it("visits are told apart", () => {
  const other = "6d1f2c5e-0a01-4b6e-8a01-000000000002";
  const states = attendances([said(0, "arrived"), said(1, "absent", { visit: other })]);
  expect([...states].map(([visit, { status }]) => [visit, status])).toEqual([
    [VISIT, "arrived"],
    [other, "absent"],
  ]);
});
