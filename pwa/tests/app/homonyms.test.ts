import { describe, expect, it } from "vitest";
import type { DirectoryEntry } from "$lib/central/person";
import type { Resemblance } from "$lib/people/resemblance";
import type { DayVisit } from "../../src/app/day";
import { hasHomonym, listedOf, namesakes } from "../../src/app/homonyms";

interface Named {
  readonly birth_name?: string | null;
  readonly first_name?: string | null;
  readonly person?: string | null;
  readonly cancelled?: boolean;
}

function booked(visit: string, named: Named): DayVisit {
  const { birth_name = "MARTIN", first_name = "Jeanne", person = null, cancelled = false } = named;
  const expected = { id: visit, birth_name, first_name, birth_date: "1951-02-03", person };
  return { visit, expected, cancelled, drafts: [], records: [], attendance: null } as unknown as DayVisit;
}

function walkIn(visit: string, birth_name: string | null, first_name: string | null): DayVisit {
  const attendance = { person: { birth_name, first_name, birth_date: null } };
  return {
    visit,
    expected: null,
    cancelled: false,
    drafts: [],
    records: [],
    attendance,
  } as unknown as DayVisit;
}

describe("two lines of the day of one name", () => {
  it("are both marked, accents and case aside, booked or not", () => {
    const visits = [
      booked("a", { birth_name: "LEFÈVRE" }),
      booked("b", { birth_name: "Petit" }),
      walkIn("c", "lefevre", "JEANNE"),
    ];
    expect([...namesakes(visits)]).toEqual(["a", "c"]);
  });

  it("are not when the roster says that they are one person", () => {
    expect(namesakes([booked("a", { person: "p" }), booked("b", { person: "p" })]).size).toBe(0);
    expect(namesakes([booked("a", { person: "p" }), booked("b", { person: "q" })]).size).toBe(2);
  });

  it("are not when one was cancelled, nor when neither has a name", () => {
    expect(namesakes([booked("a", {}), booked("b", { cancelled: true })]).size).toBe(0);
    expect(namesakes([walkIn("a", null, null), walkIn("b", null, null)]).size).toBe(0);
  });
});

describe("the directory", () => {
  function directory(
    ...known: readonly (readonly [string, Resemblance])[]
  ): Parameters<typeof hasHomonym>[0] {
    const alike = known.map(([person, kind]) => ({ entry: { person } as DirectoryEntry, kind }));
    const same = known.filter(([, kind]) => kind === "same").map(([person]) => person);
    return { resembling: () => alike, keyOf: () => (same.length === 1 ? (same[0] ?? null) : null) };
  }

  const marked = (visit: DayVisit, ...known: readonly (readonly [string, Resemblance])[]): boolean => {
    const who = listedOf(visit);
    return who !== null && hasHomonym(directory(...known), who);
  };

  it("marks a line when it knows somebody else who looks like them", () => {
    expect(marked(booked("a", { person: "p" }), ["p", "same"], ["q", "same-names"])).toBe(true);
    expect(marked(booked("a", {}), ["p", "same"], ["q", "same"])).toBe(true);
  });

  it("does not take them for their own homonym", () => {
    expect(marked(booked("a", { person: "p" }), ["p", "same-names"])).toBe(false);
    expect(marked(booked("a", {}), ["p", "same"])).toBe(false);
    expect(marked(booked("a", {}))).toBe(false);
  });

  it("is not asked about somebody without a name", () => {
    expect(listedOf(walkIn("a", null, null))).toBeNull();
  });
});
