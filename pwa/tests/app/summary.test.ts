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

function told(visitId: string, on: string | null, name = "death"): KeptNotice {
  return notice(name, { kind: "deceased", visit: visitId, on, source: "son fils" });
}

function inError(name: string): KeptNotice {
  const record = `e-${name}`;
  return notice(`error-${name}`, { kind: "entered_in_error", visit: "v", record, reason: "Une homonyme" });
}

function notice(name: string, body: KeptNotice["body"]): KeptNotice {
  const signed_at = "2026-11-23T10:00:00.000+01:00";
  return { envelope: `e-${name}`, record: `r-${name}`, signed_at, body } as unknown as KeptNotice;
}

describe("measures of a summary", () => {
  it("are a row a measure and a cell a visit; what was not taken is nothing, and no zero", () => {
    expect(measureRows(VISITS)).toEqual([
      { label: "Pression artérielle systolique (mmHg)", cells: ["138,0", "128,5"] },
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
      notices: [],
      takenBack: false,
    });
    const said = told("v-2026-05-12", null);
    expect(deathOf(SUMMARY, [said], [])).toEqual({
      on: null,
      confirmed: false,
      notices: [said],
      takenBack: false,
    });
    expect(deathOf(SUMMARY, [told("somebody-else", null)], [])).toBeNull();
    expect(deathOf(null, [told("today", "2026-11-20")], ["today"])).toMatchObject({ on: "2026-11-20" });
  });

  it("is nobody's any more once its notice was told to be in error, in whatever order they came", () => {
    const death = told("v-2026-05-12", "2026-11-20");
    for (const notices of [
      [death, inError("death")],
      [inError("death"), death],
    ]) {
      expect(deathOf(SUMMARY, notices, [])).toBeNull();
    }
    expect(deathOf(SUMMARY, [death, inError("another")], [])).toMatchObject({ notices: [death] });
  });

  it("in error in one of its envelopes is in error in all", () => {
    const death = told("v-2026-05-12", null);
    const again = { ...death, envelope: "e-again" };
    expect(deathOf(SUMMARY, [again, death, inError("death")], [])).toBeNull();
  });

  it("stays while another notice says so, and is then what that one says", () => {
    const [wrong, right] = [told("v-2026-05-12", "2026-11-20"), told("v-2026-01-03", "2026-11-21", "other")];
    expect(deathOf(SUMMARY, [wrong, right, inError("death")], [])).toEqual({
      on: "2026-11-21",
      confirmed: false,
      notices: [right],
      takenBack: false,
    });
  });

  it("that central published stays shown, and says that the team took it back until central answers", () => {
    const published = { ...SUMMARY, deceased: true };
    const death = told("v-2026-05-12", null);
    expect(deathOf(published, [death], [])).toMatchObject({ takenBack: false, notices: [death] });
    expect(deathOf(published, [death, inError("death")], [])).toMatchObject({ takenBack: true, notices: [] });
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
    form: "https://escale.example/fhir/Questionnaire/medicobus-consultation",
    part: null,
    anonymous: null,
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
