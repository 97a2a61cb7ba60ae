/** What people type, and what it is taken for. */
import { describe, expect, test } from "vitest";
import { type Proposal, proposals, readEntry, writeEntry } from "$lib/forms/entry";
import { decimalsOf, parseNumber, roundHalfUp } from "$lib/forms/numbers";
import { context, form, question } from "./consultation";

const read = (linkId: string, typed: string): unknown => {
  const reading = readEntry(question(linkId), typed, context);
  if (reading.kind !== "value") return reading.kind;
  return typeof reading.value === "object" && "value" in reading.value ? reading.value.value : reading.value;
};
const proposed = (linkId: string, typed: string): string[] =>
  proposals(form, question(linkId), typed).map(
    ({ unit, changes }: Proposal) => `${changes.map(({ number }) => number).join("/")} ${unit ?? "as typed"}`,
  );

describe("a number", () => {
  test.each([
    ["36,8", 36.8],
    ["36.8", 36.8],
    ["36,", 36],
    [",5", 0.5],
    [" 1 234 ", 1234],
    ["-2", -2],
    ["0", 0],
  ])("%s is read", (typed, number) => {
    expect(parseNumber(typed)).toBe(number);
  });

  test.each(["", "abc", "1,2,3", "1e3", "12x", "١٢", "13/8", "--1", "Infinity", "0x10"])(
    "%s is not",
    (typed) => {
      expect(parseNumber(typed)).toBeNull();
    },
  );

  test("of a question takes its unit", () => {
    expect(readEntry(question("vitals.temp"), "37,2", context)).toEqual({
      kind: "value",
      value: { value: 37.2, unit: "°C", system: "http://unitsofmeasure.org", code: "Cel" },
    });
  });

  test("that must be whole is not read with decimals", () => {
    expect(read("vitals.pain", "3")).toBe(3);
    expect(readEntry(question("vitals.pain"), "3,5", context)).toEqual({
      kind: "unreadable",
      wanted: "integer",
    });
  });

  test("is written back with a decimal comma", () => {
    expect(writeEntry(question("vitals.temp"), 37.2)).toBe("37,2");
    expect(writeEntry(question("identity.birth_date"), "1958-04-03")).toBe("03/04/1958");
    expect(writeEntry(question("identity.used_name"), "Garcia")).toBe("Garcia");
    expect(writeEntry(question("identity.sex"), true)).toBe("");
  });

  test("is rounded half up on the decimal that was written", () => {
    expect(roundHalfUp(1.005, 2)).toBe(1.01);
    expect(roundHalfUp(2.5, 0)).toBe(3);
    expect(roundHalfUp(-2.5, 0)).toBe(-2);
    expect(decimalsOf(36.65)).toBe(2);
    expect(decimalsOf(1e-7)).toBe(7);
    expect(decimalsOf(1e21)).toBe(0);
  });
});

describe("another unit", () => {
  test.each([
    ["vitals.sbp", "13", ["130 cmHg"]],
    ["vitals.sbp", "13/8", ["130/80 cmHg"]],
    ["vitals.sbp", "13,5/8,5", ["135/85 cmHg"]],
    ["vitals.sbp", "130/80", ["130/80 as typed"]],
    ["vitals.sbp", "13/80", ["130/80 cmHg"]],
    ["vitals.height", "1,72", ["172 m"]],
    ["vitals.glucose", "1,02", ["102 g/L", "18 mmol/L"]],
    ["vitals.glucose", "5,5", ["550 g/L", "99 mmol/L"]],
  ])("is proposed for %s typed %s", (linkId, typed, expected) => {
    expect(proposed(linkId, typed)).toEqual(expected);
  });

  test.each([
    ["vitals.sbp", "130"],
    ["vitals.sbp", "13/8/2"],
    ["vitals.sbp", "13/"],
    ["vitals.dbp", "13/8"],
    ["vitals.height", "172"],
    ["vitals.temp", "3"],
    ["vitals.glucose", "99"],
  ])("is not proposed for %s typed %s", (linkId, typed) => {
    expect(proposed(linkId, typed)).toEqual([]);
  });
});

describe("a date", () => {
  test.each([
    ["3/4/58", "1958-04-03"],
    ["03.04.1958", "1958-04-03"],
    ["03-04-1958", "1958-04-03"],
    ["3 4 1958", "1958-04-03"],
    ["03041958", "1958-04-03"],
    ["030458", "1958-04-03"],
    ["1958-04-03", "1958-04-03"],
    ["3 avril 1958", "1958-04-03"],
    ["1er août 1958", "1958-08-01"],
    ["14 fév. 1960", "1960-02-14"],
    ["23/11/26", "2026-11-23"],
    ["24/11/26", "1926-11-24"],
    ["29/02/2024", "2024-02-29"],
  ])("typed %s is read", (typed, iso) => {
    expect(read("identity.birth_date", typed)).toBe(iso);
  });

  test.each(["31/02/1958", "3/4", "1958", "3/13/1958", "29/02/2023", "3 brumaire 1958", "03/04/195", "x"])(
    "typed %s is kept as typed",
    (typed) => {
      expect(readEntry(question("identity.birth_date"), typed, context)).toEqual({
        kind: "unreadable",
        wanted: "date",
      });
    },
  );

  test("to come takes the century to come", () => {
    expect(read("conclusion.follow_up_date", "5/1/27")).toBe("2027-01-05");
  });

  test("whose century was understood keeps what was typed", () => {
    expect(readEntry(question("identity.birth_date"), "3/4/58", context)).toEqual({
      kind: "value",
      value: "1958-04-03",
      typedAs: "3/4/58",
    });
  });
});

describe("a text", () => {
  test("under a rule is stored normal and keeps what was typed", () => {
    expect(readEntry(question("identity.birth_name"), " García-Hämmadi ", context)).toEqual({
      kind: "value",
      value: "GARCIA-HAMMADI",
      typedAs: "García-Hämmadi",
    });
    expect(read("identity.phone", "04 77.12-34 56")).toBe("0477123456");
    expect(read("identity.phone", "+33 (0)4 77 12 34 56")).toBe("0477123456");
    expect(read("identity.phone", "0041 22 555 12 34")).toBe("+41225551234");
  });

  test("without a rule is only trimmed", () => {
    expect(readEntry(question("identity.used_name"), " Garcia ", context)).toEqual({
      kind: "value",
      value: "Garcia",
    });
  });

  test("that is blank is no answer", () => {
    expect(read("identity.used_name", "  ")).toBe("empty");
    expect(read("identity.birth_name", "\u0301")).toBe("empty");
  });
});

test("a choice is tapped: text typed for it is kept and not read", () => {
  expect(read("identity.sex", "F")).toBe("unreadable");
});
