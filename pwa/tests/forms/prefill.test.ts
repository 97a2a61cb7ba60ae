/** What a capture starts from: the form, the campaign, the roster, the stop, the person's summary, in that order. */
import { describe, expect, test } from "vitest";
import type { Coding } from "$lib/forms/answers";
import type { PublishedFact } from "$lib/forms/carry";
import { initialAnswers, type Known } from "$lib/forms/prefill";
import { AUTHOR } from "./flat";
import { expression, item, type Json, option, ours, standard, written } from "./written";

const setting = (more: readonly Json[] = []): Json => ({
  readOnly: true,
  required: true,
  extension: [ours("setting", { valueBoolean: true }), ...more],
});
const startsFrom = (text: string): Json => ({ extension: [expression("initialExpression", text)] });
const limits = [
  standard("minValue", { valueDecimal: 0.6 }),
  standard("maxValue", { valueDecimal: 0.9 }),
  standard("maxDecimalPlaces", { valueInteger: 2 }),
];
const themes = { answerOption: [option("nutrition"), option("women")] };
const litres = standard("questionnaire-unit", {
  valueCoding: { system: "http://unitsofmeasure.org", code: "L", display: "L" },
});

const form = written([
  item("s.threshold", "decimal", { ...setting(limits), initial: [{ valueDecimal: 0.7 }] }),
  item("s.set", "choice", {
    ...setting(),
    answerOption: [option("gli-2022", { initialSelected: true }), option("gli-2012")],
  }),
  item("s.on", "boolean", { ...setting(), initial: [{ valueBoolean: false }] }),
  item("s.count", "integer", { initial: [{ valueInteger: 0 }] }),
  item("s.volume", "quantity", { initial: [{ valueDecimal: 1.5 }], extension: [litres] }),
  item("s.theme", "choice", { ...themes, ...startsFrom("%stop.theme") }),
  item("s.name", "string", startsFrom("%roster.birth_name")),
  item("s.state", "choice", {
    answerOption: [option("normal"), option("altered")],
    ...startsFrom("%person.facts('s.x').value"),
  }),
  item("s.day", "date", startsFrom("%person.facts('s.x').day")),
]);

const fact = (answer: PublishedFact["answer"]): Known["facts"] =>
  new Map([["s.x", { answer, day: "2026-05-12", by: "Lise Morel", later: null }]]);
const start = (known: Partial<Known> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(initialAnswers(form, { communeName: () => null, ...known }, AUTHOR)).map(
      ([linkId, answer]) => [linkId, "values" in answer ? answer.values[0] : null],
    ),
  );

describe("the form's own values", () => {
  test("are there when nobody knows anything: numbers, booleans and options, zero and no included", () => {
    expect(start()).toEqual({
      "s.threshold": 0.7,
      "s.set": option("gli-2022").valueCoding,
      "s.on": false,
      "s.count": 0,
      "s.volume": { value: 1.5, unit: "L", system: "http://unitsofmeasure.org", code: "L" },
    });
  });
});

describe("the campaign's settings", () => {
  test("stand before the form's, each in its type", () => {
    const settings = { "s.threshold": 0.65, "s.set": "gli-2012", "s.on": true };
    expect(start({ settings })).toMatchObject({
      "s.threshold": 0.65,
      "s.set": option("gli-2012").valueCoding,
      "s.on": true,
    });
  });

  test.each<[string, Known["settings"]]>([
    ["outside the limits", { "s.threshold": 0.95 }],
    ["with too many decimals", { "s.threshold": 0.701 }],
    ["of another type", { "s.threshold": "0.65", "s.on": 1 }],
    ["that is no option", { "s.set": "gli-2040" }],
    ["of what is no setting", { "s.count": 4 }],
  ])("%s change nothing: what is signed could not be", (_, settings) => {
    expect(start({ ...(settings && { settings }) })).toEqual(start());
  });
});

describe("the stop and the roster", () => {
  test("give the theme and the person's traits", () => {
    expect(start({ theme: "women", roster: { birth_name: "Morel" } })).toMatchObject({
      "s.theme": option("women").valueCoding,
      "s.name": "Morel",
    });
  });

  test("give nothing for a theme that the form does not know, or none", () => {
    expect(start({ theme: "sport" })).toEqual(start());
    expect(start({ theme: null })).toEqual(start());
  });
});

describe("the day", () => {
  const equipment = written([
    item("s.model", "string", { extension: [ours("kept-for-the-day", { valueBoolean: true })] }),
    item("s.place", "choice", {
      answerOption: [option("bus", { initialSelected: true }), option("home")],
      extension: [ours("kept-for-the-day", { valueBoolean: true })],
    }),
    item("s.height", "integer"),
  ]);
  const kept = new Map([
    ["s.model", ["Air 2"]],
    ["s.place", [option("home").valueCoding as Coding]],
    ["s.height", [170]],
  ]);

  test("gives what the form keeps of it, before the form's own value, as an answer of whoever begins", () => {
    expect(initialAnswers(equipment, { communeName: () => null, kept }, AUTHOR)).toEqual({
      "s.model": { kind: "values", values: ["Air 2"], ...AUTHOR },
      "s.place": { kind: "values", values: [option("home").valueCoding], ...AUTHOR },
    });
  });

  test("gives nothing at its first record", () => {
    expect(Object.keys(initialAnswers(equipment, { communeName: () => null }, AUTHOR))).toEqual(["s.place"]);
  });
});

describe("the person's summary", () => {
  test("gives the last answer and its day, which both keep as where they come from", () => {
    const facts = fact({ values: ["altered"] });
    const answers = initialAnswers(form, { communeName: () => null, ...(facts && { facts }) }, AUTHOR);
    expect(answers["s.state"]).toEqual({
      kind: "values",
      values: [option("altered").valueCoding],
      ...AUTHOR,
      carriedFrom: "2026-05-12",
    });
    expect(answers["s.day"]).toMatchObject({ values: ["2026-05-12"], carriedFrom: "2026-05-12" });
  });

  test.each<[string, PublishedFact["answer"]]>([
    ["an absence", { absent: "asked-unknown" }],
    ["no value", { values: [] }],
  ])("gives no value of %s", (_, answer) => {
    const facts = fact(answer);
    expect(start({ ...(facts && { facts }) })).not.toHaveProperty(["s.state"]);
  });

  test("gives no code that the form does not offer any more", () => {
    const facts = fact({ values: ["incomplete"] });
    expect(start({ ...(facts && { facts }) })).not.toHaveProperty(["s.state"]);
  });
});
