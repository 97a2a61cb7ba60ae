import { describe, expect, it } from "vitest";
import { entry } from "./people";
import type { Expected } from "$lib/central/roster";
import { candidates, unsettled, type Surroundings } from "$lib/people/candidates";
import type { SearchEntry } from "$lib/search/entry";

const MARIE = { birth_name: "MARTIN", first_name: "MARIE", used_name: null, birth_date: "1958-04-03" };
const NOBODY: Surroundings = {
  visit: "mine",
  recognition: { person: null, settled: [] },
  alike: [],
  expected: [],
  today: [],
};

function expected(changes: Partial<Expected> = {}): Expected {
  return {
    id: "expected-visit",
    time: "09:20",
    birth_name: "Martin",
    first_name: "Marie",
    birth_date: "1958-04-03",
    sex: "F",
    commune: "42015",
    booking: null,
    slot: null,
    phone: null,
    person: null,
    cancelled: false,
    ...changes,
  };
}

function record(changes: Partial<SearchEntry> = {}): SearchEntry {
  return {
    envelope: "e1",
    record: "r1",
    replaces: null,
    visit: "other-visit",
    stop: "s",
    date: "2026-11-23",
    signed_at: "2026-11-23T09:10:00.000+01:00",
    member: "m",
    form: "https://escale.example/fhir/Questionnaire/medicobus-consultation",
    part: null,
    anonymous: null,
    name: "MARTIN MARIE",
    folded: " martin marie",
    birth_date: "1958-04-03",
    ...changes,
  };
}

describe("candidates", () => {
  it("are those the team knows, those expected here and those seen here", () => {
    const homonym = entry({ birth_date: "1990-01-01" });
    const found = candidates(MARIE, {
      ...NOBODY,
      alike: [{ entry: homonym, kind: "same-names" }],
      expected: [
        expected(),
        expected({ id: "x2", birth_name: "Autre", first_name: "Paul", birth_date: null }),
      ],
      today: [record({ birth_date: "1958-03-04" })],
    });
    expect(found.map(({ kind, expected: booked, seen, person }) => [kind, booked?.id, seen, person])).toEqual(
      [
        ["same", "expected-visit", null, null],
        ["swapped", undefined, "other-visit", null],
        ["same-names", undefined, null, homonym.person],
      ],
    );
  });

  it("are one when the roster and the directory name the same person", () => {
    const known = entry();
    const found = candidates(MARIE, {
      ...NOBODY,
      alike: [{ entry: known, kind: "same" }],
      expected: [expected({ person: known.person, birth_date: null })],
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: "same", person: known.person, last_day: known.last_day });
    expect(found[0]?.expected?.id).toBe("expected-visit");
  });

  it("are one for all the visits of a person, known to the team or not", () => {
    const known = entry({ birth_name: "Martin", first_name: "Marie", birth_date: "1990-01-01" });
    const visits = [
      record({ birth_date: "1990-01-01" }),
      record({ visit: "again", birth_date: "1990-01-01" }),
    ];
    const listed = candidates(MARIE, {
      ...NOBODY,
      alike: [{ entry: known, kind: "same-names" }],
      today: visits,
    });
    expect(listed.map(({ person, seen }) => [person, seen])).toEqual([[known.person, "other-visit"]]);
    expect(candidates(MARIE, { ...NOBODY, today: visits })).toHaveLength(1);
  });

  it("say that somebody expected was seen already", () => {
    const found = candidates(MARIE, {
      ...NOBODY,
      expected: [expected()],
      today: [record({ visit: "expected-visit" })],
    });
    expect(found.map(({ seen }) => seen)).toEqual(["expected-visit"]);
  });

  it("leave out the visit being written, and appointments that were cancelled", () => {
    const around = {
      ...NOBODY,
      expected: [expected({ id: "mine" }), expected({ id: "gone", cancelled: true })],
      today: [record({ visit: "mine" })],
    };
    expect(candidates(MARIE, around)).toEqual([]);
  });

  it("leave out somebody of whom all that is known is this very visit, begun by a teammate", () => {
    const fresh = entry({ visits: 1 });
    const around = {
      ...NOBODY,
      alike: [{ entry: fresh, kind: "same" as const }],
      today: [record({ visit: "mine" })],
    };
    expect(candidates(MARIE, around)).toEqual([]);
    const older = { ...around, alike: [{ entry: { ...fresh, visits: 2 }, kind: "same" as const }] };
    expect(candidates(MARIE, older)).toHaveLength(1);
  });

  it("leave out whoever was recognised, and keep those who only look like them", () => {
    const known = entry();
    const homonym = entry({ birth_date: "1958-03-04" });
    const found = candidates(MARIE, {
      ...NOBODY,
      recognition: { person: known.person, settled: [] },
      alike: [
        { entry: known, kind: "same" },
        { entry: homonym, kind: "swapped" },
      ],
    });
    expect(found.map(({ person }) => person)).toEqual([homonym.person]);
  });

  it("ruled out are not asked about again, and stay homonyms", () => {
    const homonym = entry({ birth_date: "1990-01-01" });
    const around = { ...NOBODY, alike: [{ entry: homonym, kind: "same-names" as const }] };
    const [first] = candidates(MARIE, around);
    const recognition = { person: null, settled: [first?.id ?? ""] };
    const again = candidates(MARIE, { ...around, recognition });
    expect(again).toHaveLength(1);
    expect(unsettled(again, recognition)).toEqual([]);
  });
});
