import { describe, expect, it } from "vitest";
import { foldName } from "$lib/names/fold";
import type { SearchEntry } from "$lib/search/entry";
import { SearchIndex } from "$lib/search/index";

function entry(
  name: string,
  birth_date: string | null = null,
  changes: Partial<SearchEntry> = {},
): SearchEntry {
  return {
    envelope: `e-${name}-${birth_date ?? ""}`,
    record: "r",
    replaces: null,
    visit: "v",
    stop: "s",
    date: "2026-11-23",
    signed_at: "2026-11-23T10:00:00.000+01:00",
    member: "m",
    form: "https://escale.example/fhir/Questionnaire/medicobus-consultation",
    part: null,
    anonymous: null,
    name,
    folded: ` ${foldName(name)}`,
    birth_date,
    ...changes,
  };
}

const index = new SearchIndex([
  entry("GARCIA-HAMMADI SARAH-LOU", "1977-01-21"),
  entry("MARTIN MARIE", "1958-03-12", { folded: " martin marie lefevre" }),
  entry("MARTIN PAUL", "1958-12-03"),
  entry("NOËL ŒDIPE", null),
]);

function found(typed: string): string[] {
  return index.find(typed).map(({ name }) => name);
}

describe("a search", () => {
  it.each([
    ["martin", ["MARTIN MARIE", "MARTIN PAUL"]],
    ["pau mar", ["MARTIN PAUL"]],
    ["MARIE MARTIN", ["MARTIN MARIE"]],
    ["hammadi", ["GARCIA-HAMMADI SARAH-LOU"]],
    ["garcia-ham sarah", ["GARCIA-HAMMADI SARAH-LOU"]],
    ["lefevre", ["MARTIN MARIE"]],
    ["Noel oedi", ["NOËL ŒDIPE"]],
    ["artin", []],
    ["ma ma ma", []],
    ["", []],
    ["  ", []],
  ])("of names by their beginnings, in any order: %s", (typed, names) => {
    expect(found(typed)).toEqual(names);
  });

  it.each([
    ["12/03/1958", ["MARTIN MARIE"]],
    ["12031958", ["MARTIN MARIE"]],
    ["1958-12-03", ["MARTIN PAUL"]],
    ["3/12/1958", ["MARTIN PAUL"]],
    ["03/1958", ["MARTIN MARIE"]],
    ["12/03", ["MARTIN MARIE"]],
    ["1958", ["MARTIN MARIE", "MARTIN PAUL"]],
    ["martin 1958 paul", ["MARTIN PAUL"]],
    ["1959", []],
  ])("of birth dates, whole or in part: %s", (typed, names) => {
    expect(found(typed)).toEqual(names);
  });

  it("answers the latest first, and no more than asked", () => {
    const many = new SearchIndex();
    for (let each = 0; each < 80; each += 1) {
      const signed_at = new Date(Date.UTC(2026, 0, 1 + each)).toISOString();
      many.add(entry("MARTIN", null, { envelope: `e${each}`, signed_at }));
    }
    const latest = many.find("martin", 2).map(({ envelope }) => envelope);
    expect(latest).toEqual(["e79", "e78"]);
    expect(many.find("martin")).toHaveLength(50);
  });
});

describe("an index that was searched", () => {
  it("finds what is added afterwards", () => {
    const growing = new SearchIndex([entry("MARTIN MARIE", "1958-03-12")]);
    expect(growing.find("durand")).toEqual([]);
    growing.add(entry("DURAND PAUL", null));
    expect(growing.find("durand").map(({ name }) => name)).toEqual(["DURAND PAUL"]);
    expect(growing.find("martin")).toHaveLength(1);
  });

  it("may be empty", () => {
    expect(new SearchIndex().find("martin")).toEqual([]);
  });
});

describe("a folded name", () => {
  it("has no case, accent, ligature, hyphen or apostrophe", () => {
    expect(foldName("  L’Hœillet-D'Été  ÆGIR")).toBe("l hoeillet d ete aegir");
  });
});
