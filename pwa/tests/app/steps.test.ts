import { describe, expect, it } from "vitest";
import { attendanceOf, type AttendanceNotice } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";
import { nextStep, stateWords } from "../../src/app/steps";

describe("the step offered in one tap", () => {
  it.each(["nurse", "doctor", "other"] as const)(
    "to somebody absent who comes late is to wait: %s",
    (hands) => {
      expect(nextStep(hands, "absent")).toBe("arrived");
    },
  );

  it("to somebody expected is to be with whoever is at work", () => {
    expect(nextStep("nurse", "expected")).toBe("with_nurse");
    expect(nextStep("doctor", "expected")).toBe("with_doctor");
    expect(nextStep("other", "expected")).toBe("arrived");
  });

  it.each(["done", "left", "turned_away"] as const)("is none to somebody %s", (status) => {
    expect(nextStep("nurse", status)).toBeNull();
  });
});

describe("where somebody is", () => {
  const START = Date.parse("2026-11-23T10:00:00.000Z");
  function words(status: AttendanceStatus, author: Partial<AttendanceNotice["author"]>, minutes = 3): string {
    const body = { kind: "attendance", visit: "v", walk_in: true, reason: null, person: null } as const;
    const notice: AttendanceNotice = {
      record: "r",
      stop: "s",
      clock_offset_ms: 0,
      author: { member: "m", name: "Charlie Fictif", profession: "infirmier", ...author },
      body: { ...body, status, at: "2026-11-23T10:00:00.000Z" },
    };
    const said = attendanceOf([notice]);
    return said === null ? "" : stateWords(said, START + minutes * 60_000);
  }

  it("with a nurse is told by their name: a nurse is a man or a woman", () => {
    expect(words("with_nurse", {})).toBe("Avec Charlie Fictif depuis 3 min");
  });

  it("with a nurse whom somebody else spoke of, or without a name, is told without gender", () => {
    expect(words("with_nurse", { profession: "secrétaire" })).toBe("En soins infirmiers depuis 3 min");
    expect(words("with_nurse", { name: "" })).toBe("En soins infirmiers depuis 3 min");
  });

  it("is told without a duration once it is over, and never with a negative one", () => {
    expect(words("done", {})).toBe("Terminé");
    expect(words("with_doctor", {}, -5)).toBe("Avec le médecin depuis 0 min");
  });
});
