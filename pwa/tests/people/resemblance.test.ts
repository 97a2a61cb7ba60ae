import { describe, expect, it } from "vitest";
import { birthDate, crowd, draws, entry, pick } from "./people";
import {
  areSwapped,
  comparable,
  joinsByRule,
  RESEMBLANCES,
  resemblance,
  type Resemblance,
  type Traits,
} from "$lib/people/resemblance";

function between(one: Traits, other: Traits): Resemblance | null {
  return resemblance(comparable(one), comparable(other));
}

const MARIE = entry({ birth_name: "LEFEVRE", first_name: "MARIE", birth_date: "1958-04-03" });

describe("two sets of traits", () => {
  it.each([
    ["the same person, accents and case aside", { birth_name: "Lefèvre", first_name: "marie" }, "same"],
    ["the same names at another date", { birth_date: "1961-09-30" }, "same-names"],
    ["the same names without a date", { birth_date: null }, "same-names"],
    [
      "names that sound alike at another date",
      { birth_name: "LEFEBVRE", birth_date: "1961-09-30" },
      "same-names",
    ],
    ["day and month exchanged", { birth_date: "1958-03-04" }, "swapped"],
    [
      "day and month exchanged, and a slip in the name",
      { birth_name: "LEFEVRES", birth_date: "1958-03-04" },
      "swapped",
    ],
    ["the same date and a slip in the name", { birth_name: "LEFVERE" }, "same-date"],
    ["the same date and family name: twins", { first_name: "JEANNE" }, "same-date"],
    ["the same date and given name: another family name", { birth_name: "DUPRE" }, "same-date"],
    ["the same date alone", { birth_name: "DUPRE", first_name: "JEANNE" }, null],
    ["the same given name alone", { birth_name: "DUPRE", birth_date: "1961-09-30" }, null],
  ] as const)("%s", (_, changes, expected) => {
    expect(between({ ...MARIE, ...changes }, MARIE)).toBe(expected);
  });

  it("meet by the used name too", () => {
    const married = entry({ birth_name: "DUPRE", used_name: "LEFEVRE", first_name: "MARIE" });
    expect(between(MARIE, married)).toBe("same");
  });

  it("resemble nobody while nothing is known of one of them", () => {
    const nobody = { birth_name: null, first_name: null, used_name: null, birth_date: null };
    expect(between(nobody, nobody)).toBeNull();
    expect(between({ ...nobody, birth_date: "1958-04-03" }, MARIE)).toBeNull();
  });

  it("are compared in either order alike", () => {
    const people = crowd(60, 7);
    for (const one of people)
      for (const other of people) expect(between(one, other)).toBe(between(other, one));
  });

  it("always meet themselves, whatever accents, hyphens and case do", () => {
    for (const each of crowd(200, 3)) {
      const shouted = { ...each, birth_name: (each.birth_name ?? "").toUpperCase().replaceAll("-", " ") };
      expect(between(shouted, each)).toBe("same");
    }
  });

  it("never resemble each other by the date alone", () => {
    const draw = draws(11);
    for (let each = 0; each < 200; each += 1) {
      const birth_date = birthDate(draw);
      const one = entry({ birth_name: pick(["ABADIE", "BOUCHET"], draw), first_name: "OLGA", birth_date });
      const other = entry({ birth_name: "ZELLER", first_name: "KEVIN", birth_date });
      expect(between(one, other)).toBeNull();
    }
  });
});

describe("swapped dates", () => {
  it("are seen from both sides, and a date is not its own exchange", () => {
    const draw = draws(5);
    for (let each = 0; each < 300; each += 1) {
      const one = birthDate(draw);
      const other = `${one.slice(0, 4)}-${one.slice(8)}-${one.slice(5, 7)}`;
      expect(areSwapped(one, other)).toBe(one !== other);
      expect(areSwapped(other, one)).toBe(one !== other);
      expect(areSwapped(one, one)).toBe(false);
    }
  });
});

it("only the same names and birth date are said to be joined by central's own rule", () => {
  expect(RESEMBLANCES.filter(joinsByRule)).toEqual(["same"]);
});
