import { describe, expect, it } from "vitest";
import type { PastVisit, PersonSummary } from "$lib/central/person";
import type { KeptNotice } from "$lib/notice/ledger";
import { deathOf, readDeathDate } from "../../src/app/death";
import { measureRows, notYetInSummary, pointsOf } from "../../src/app/summary";

function visit(day: string, vitals: PastVisit["vitals"]): PastVisit {
  return { visit: `v-${day}`, day, stop: "Belmont", reasons: [], outcome: [], vitals, by: [], records: [] };
}

const SBP = { link_id: "vitals.sbp", label: "Pression artérielle systolique", unit: "mmHg" };
const WEIGHT = { link_id: null, label: "Poids", unit: "kg" };
const VISITS = [
  visit("2026-05-12", [{ ...SBP, value: 138 }]),
  visit("2026-01-03", [
    { ...SBP, value: 128.5 },
    { ...WEIGHT, value: 64.5 },
  ]),
];
const SUMMARY: PersonSummary = {
  person: "p",
  birth_name: "MARTIN",
  first_name: "MARIE",
  given_names: null,
  used_name: null,
  birth_date: "1958-04-03",
  sex: "F",
  birth_place: null,
  commune: null,
  phone: null,
  deceased: false,
  deceased_on: null,
  facts: new Map(),
  visits: VISITS,
};

function told(visitId: string, on: string | null): KeptNotice {
  return { body: { kind: "deceased", visit: visitId, on, source: "son fils" } } as unknown as KeptNotice;
}

describe("measures of a summary", () => {
  it("are a row a measure and a cell a visit; what was not taken is nothing, and no zero", () => {
    expect(measureRows(VISITS)).toEqual([
      { label: "Pression artérielle systolique (mmHg)", cells: ["138", "128,5"] },
      { label: "Poids (kg)", cells: [null, "64,5"] },
    ]);
  });

  it("are drawn from the earliest, only where they were taken", () => {
    expect(pointsOf(VISITS, "sbp")).toEqual([
      { visit: "v-2026-01-03", day: "2026-01-03", value: 128.5 },
      { visit: "v-2026-05-12", day: "2026-05-12", value: 138 },
    ]);
    expect(pointsOf(VISITS, "weight")).toEqual([{ visit: "v-2026-01-03", day: "2026-01-03", value: 64.5 }]);
    expect(pointsOf(VISITS, "dbp")).toEqual([]);
  });
});

describe("a death", () => {
  it("is central's, or a teammate's word until central says so", () => {
    expect(deathOf(SUMMARY, [], [])).toBeNull();
    expect(deathOf({ ...SUMMARY, deceased: true, deceased_on: "2026-10-01" }, [], [])).toEqual({
      on: "2026-10-01",
      confirmed: true,
    });
    expect(deathOf(SUMMARY, [told("v-2026-05-12", null)], [])).toEqual({ on: null, confirmed: false });
    expect(deathOf(SUMMARY, [told("somebody-else", null)], [])).toBeNull();
    expect(deathOf(null, [told("today", "2026-11-20")], ["today"])).toEqual({
      on: "2026-11-20",
      confirmed: false,
    });
  });

  it.each([
    ["", null],
    ["  ", null],
    ["01/10/2026", "2026-10-01"],
    ["1.10.2026", "2026-10-01"],
    ["31/02/2026", undefined],
    ["24/11/2026", undefined],
    ["hier", undefined],
    ["01/10/26", undefined],
  ])("dated %j is read as %j on the 23rd", (typed, read) => {
    expect(readDeathDate(typed, "2026-11-23")).toBe(read);
  });
});

describe("records that the summary does not have yet", () => {
  const entry = {
    envelope: "e",
    record: "r",
    replaces: null,
    visit: "today",
    stop: "s",
    date: "2026-11-23",
    signed_at: "2026-11-23T10:00:00.000+01:00",
    member: "m",
    name: "Martin Marie",
    folded: " martin marie",
    birth_date: "1958-04-03",
  };

  it("bear the person's very traits", () => {
    expect(notYetInSummary([entry], SUMMARY)).toEqual([entry]);
    expect(notYetInSummary([{ ...entry, birth_date: null }], SUMMARY)).toEqual([]);
    expect(notYetInSummary([{ ...entry, name: "MARTIN PAUL" }], SUMMARY)).toEqual([]);
    expect(notYetInSummary([{ ...entry, visit: "v-2026-05-12" }], SUMMARY)).toEqual([]);
  });
});
