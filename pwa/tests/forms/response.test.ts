/** A record on paper — FHIR — and back, and as rows to read. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Answers, without } from "$lib/forms/answers";
import type { Rules } from "$lib/forms/calculate";
import { stateAbsence } from "$lib/forms/edit";
import { FormInvalid } from "$lib/forms/errors";
import { judge } from "$lib/forms/judge";
import { difference, rows, type RowSection, type Shown, type Wording } from "$lib/forms/present";
import { fromQuestionnaireResponse, toQuestionnaireResponse } from "$lib/forms/response";
import { form, full, question, rules } from "./consultation";
import { AUTHOR } from "./flat";

const NURSE = "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f002";
const SIGNED = { author: AUTHOR.by, authored: AUTHOR.at, status: "completed" as const };
const WORDING: Wording = {
  language: "fr",
  yes: "Oui",
  no: "Non",
  number: (value) => String(value).replace(".", ","),
  date: (iso) => iso.split("-").reverse().join("/"),
};
let ruled: Rules;

beforeAll(async () => {
  ruled = await rules();
});

const settled = (answers: Answers): Answers => judge(ruled, { answers, entries: {} }, AUTHOR).pass.settled;
const read = (answers: Answers): readonly RowSection[] => {
  const { pass } = judge(ruled, { answers, entries: {} }, AUTHOR);
  return rows(form, pass.settled, pass.enabled, WORDING);
};
const shownOf = (sections: readonly RowSection[], linkId: string): Shown | undefined =>
  sections.flatMap(({ rows: inside }) => inside).find((row) => row.linkId === linkId)?.shown;

describe("a response", () => {
  test("says whose form it answers, who answered and when", () => {
    const response = toQuestionnaireResponse(form, settled(full), { ...SIGNED, id: "r1" });
    expect(response).toMatchObject({
      resourceType: "QuestionnaireResponse",
      id: "r1",
      questionnaire: "https://escale.example/fhir/Questionnaire/medicobus-consultation|1.0.0",
      status: "completed",
      authored: AUTHOR.at,
      author: { reference: `urn:uuid:${AUTHOR.by}` },
    });
  });

  test("nests answers in the groups of the form, in its order, and nothing else", () => {
    const answers = settled({
      "vitals.hr": full["vitals.hr"] ?? { kind: "absent", reason: "not-asked", ...AUTHOR },
    });
    expect(toQuestionnaireResponse(form, answers, SIGNED).item).toEqual([
      {
        linkId: "vitals",
        item: [
          {
            linkId: "vitals.hr",
            answer: [
              {
                valueQuantity: { value: 72, unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
              },
            ],
          },
        ],
      },
    ]);
  });

  test("marks an absence, a confirmation, another author and what was typed", () => {
    const answers: Answers = {
      "vitals.hr": { kind: "values", values: [], ...AUTHOR, by: NURSE },
      "vitals.rr": { kind: "absent", reason: "asked-declined", ...AUTHOR, by: NURSE },
      "identity.used_name": { kind: "values", values: ["X"], ...AUTHOR, confirmed: true, typedAs: "x" },
    };
    const [identity, vitals] = toQuestionnaireResponse(form, answers, SIGNED).item;
    expect(identity?.item?.[0]?.answer).toEqual([
      {
        extension: [
          { url: "https://escale.example/fhir/StructureDefinition/confirmed", valueBoolean: true },
          { url: "https://escale.example/fhir/StructureDefinition/typed-as", valueString: "x" },
        ],
        valueString: "X",
      },
    ]);
    expect(vitals?.item?.[1]?.answer).toEqual([
      {
        extension: [
          {
            url: "https://escale.example/fhir/StructureDefinition/answered-by",
            valueReference: { reference: `urn:uuid:${NURSE}` },
          },
          { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "asked-declined" },
        ],
      },
    ]);
  });

  test("read back gives the answers that were signed", () => {
    const base = { answers: full, entries: {} };
    const { answers } = stateAbsence(form, base, question("vitals.temp"), "not-performed", {
      ...AUTHOR,
      by: NURSE,
    });
    const complete = settled(answers);
    const response = toQuestionnaireResponse(form, complete, SIGNED);
    expect(fromQuestionnaireResponse(form, JSON.parse(JSON.stringify(response)) as object)).toEqual(complete);
  });

  test.each([
    ["of another version", { questionnaire: `${form.url}|9.9.9` }],
    ["without an author", { author: undefined }],
    ["with an unknown question", { item: [{ linkId: "vitals.unknown", answer: [{ valueString: "x" }] }] }],
    ["answered by nothing", { item: [{ linkId: "vitals.hr", answer: [] }] }],
    ["with a value of another type", { item: [{ linkId: "vitals.hr", answer: [{ valueString: "72" }] }] }],
    [
      "with an unknown absence",
      {
        item: [
          {
            linkId: "vitals.hr",
            answer: [
              {
                extension: [
                  { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "lost" },
                ],
              },
            ],
          },
        ],
      },
    ],
  ])("%s is refused", (_, change) => {
    const response = { ...toQuestionnaireResponse(form, {}, SIGNED), ...change };
    expect(() => fromQuestionnaireResponse(form, response)).toThrow(FormInvalid);
  });
});

describe("a record to read", () => {
  test("shows values with their units, absences as such, and what nobody answered", () => {
    const state = stateAbsence(
      form,
      { answers: full, entries: {} },
      question("vitals.rr"),
      "asked-unknown",
      AUTHOR,
    );
    const record = read(without(state.answers, "vitals.pain"));
    expect(shownOf(record, "vitals.weight")).toEqual({ kind: "values", texts: ["70,5\u202fkg"] });
    expect(shownOf(record, "visit.distance_km")).toEqual({ kind: "values", texts: ["7,4\u202fkm"] });
    expect(shownOf(record, "identity.birth_date")).toEqual({ kind: "values", texts: ["30/06/1954"] });
    expect(shownOf(record, "visit.frailty")).toEqual({ kind: "values", texts: ["Non"] });
    expect(shownOf(record, "vitals.rr")).toEqual({ kind: "absent", reason: "asked-unknown" });
    expect(shownOf(record, "vitals.pain")).toEqual({ kind: "unanswered" });
    expect(shownOf(record, "history.conditions")).toBeUndefined();
  });

  test("says which block, which author, what was typed and what was calculated", () => {
    const all = read(full).flatMap(({ rows: inside }) => inside);
    const row = (linkId: string): unknown => all.find((each) => each.linkId === linkId);
    expect(row("conclusion.delivery.letter")).toMatchObject({ block: "Remise des documents", by: AUTHOR.by });
    expect(row("identity.birth_name")).toMatchObject({ typedAs: "García-Hämmadi", itemClass: "identity" });
    expect(row("vitals.bmi")).toMatchObject({ calculated: true });
  });
});

describe("a correction", () => {
  test("differs by the questions whose answer changed, appeared or went", () => {
    const before = read(full);
    const changed: Answers = {
      ...full,
      "vitals.weight": {
        kind: "values",
        values: [{ value: 71, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" }],
        ...AUTHOR,
      },
      "visit.frailty": { kind: "absent", reason: "asked-unknown", ...AUTHOR },
      "history.pregnancy": { kind: "values", values: [false], ...AUTHOR, by: NURSE },
      "vitals.spo2": { kind: "absent", reason: "not-performed", ...AUTHOR },
    };
    const found = difference(before, read(changed)).map(({ linkId, before: was, after }) => [
      linkId,
      was.kind,
      after.kind,
    ]);
    expect(found).toEqual([
      ["visit.frailty", "values", "absent"],
      ["vitals.spo2", "values", "absent"],
      ["vitals.weight", "values", "values"],
      ["vitals.bmi", "values", "values"],
      ["vitals.oxygen", "values", "unanswered"],
      ["vitals.oxygen_flow", "values", "unanswered"],
    ]);
  });

  test("that changes nothing shows nothing", () => {
    expect(difference(read(full), read(full))).toEqual([]);
  });
});
