/** A published file is read strictly: what the tablet could not draw or judge, it refuses. */
import { describe, expect, test } from "vitest";
import { FormInvalid } from "$lib/forms/errors";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { form, question } from "./consultation";

type Json = Record<string, unknown>;
const ESCALE = "https://escale.example/fhir/StructureDefinition/";
const FHIR = "http://hl7.org/fhir/StructureDefinition/";

const item = (more: Json): Json => ({ linkId: "s.q", text: "Question", type: "string", ...more });
const file = (more: Json, ...items: Json[]): Json => ({
  resourceType: "Questionnaire",
  url: "https://escale.example/fhir/Questionnaire/x",
  version: "1.0.0",
  title: "X",
  item: [{ linkId: "s", text: "Section", type: "group", item: items }],
  ...more,
});

describe("the consultation", () => {
  test("has its sections in order, and every item under its linkId", () => {
    expect(form.sections.map(({ linkId }) => linkId)).toEqual([
      "identity",
      "visit",
      "reasons",
      "history",
      "vitals",
      "conclusion",
      "information",
    ]);
    expect(form.title).toEqual({ fr: "Consultation Médicobus", en: "Médicobus consultation" });
    expect(form.questions.length).toBeGreaterThan(50);
  });

  test("inherits classes, and knows who may be absent", () => {
    expect(question("identity.birth_name").itemClass).toBe("identity");
    expect(question("history.pregnancy").itemClass).toBe("sensitive");
    expect(question("conclusion.delivery.letter")).toMatchObject({
      parent: "conclusion.delivery",
      section: "conclusion",
    });
    expect([
      question("identity.mode").absences,
      question("vitals.bmi").absences,
      question("vitals.hr").absences,
    ]).toEqual([false, false, true]);
  });

  test("reads limits, units, entry units, value sets and translations", () => {
    const sbp = question("vitals.sbp");
    expect(sbp.limits).toEqual({ min: 50, max: 300, softMin: 80, softMax: 200 });
    expect(sbp.entryUnits).toEqual([{ label: "cmHg", factor: 10, from: 5, to: 30 }]);
    expect(sbp.entryPair).toBe("vitals.dbp");
    expect(sbp.constraints[0]?.human.en).toContain("Less than 10 mmHg");
    expect(question("reasons.icpc").options.find(({ coding }) => coding.code === "A03")?.label).toEqual({
      fr: "Fièvre",
      en: "Fever",
    });
    expect(question("identity.birth_date").startsFrom).toEqual({ from: "roster", field: "birth_date" });
  });
});

describe("a file is refused", () => {
  test.each<[string, string | Json]>([
    ["that is not JSON", "{"],
    ["that is a list", "[]"],
    ["of another resource", file({ resourceType: "Patient" })],
    ["without a version", file({ version: undefined })],
    ["whose top-level item is a question", file({ item: [item({})] })],
    ["with a linkId twice", file({}, item({}), item({}))],
    ["with an unknown type", file({}, item({ type: "url" }))],
    ["with a question inside a question", file({}, item({ item: [item({ linkId: "s.r" })] }))],
    [
      "with a condition on nothing",
      file({}, item({ enableWhen: [{ question: "s.no", operator: "exists", answerBoolean: true }] })),
    ],
    [
      "with an unknown operator",
      file({}, item({ enableWhen: [{ question: "s.q", operator: ">", answerInteger: 1 }] })),
    ],
    ["with a quantity without unit", file({}, item({ type: "quantity" }))],
    ["with a value set it does not have", file({}, item({ type: "choice", answerValueSet: "#no" }))],
    [
      "with an unknown rule",
      file({}, item({ extension: [{ url: `${ESCALE}text-rule`, valueCode: "siret" }] })),
    ],
    [
      "with an unknown lookup",
      file({}, item({ extension: [{ url: `${ESCALE}lookup`, valueCode: "rpps" }] })),
    ],
    [
      "with a limit that is no number",
      file({}, item({ extension: [{ url: `${FHIR}minValue`, valueDecimal: "1" }] })),
    ],
    [
      "with a nameless constraint",
      file({}, item({ extension: [{ url: `${FHIR}questionnaire-constraint`, extension: [] }] })),
    ],
    [
      "with an initial value from elsewhere",
      file(
        {},
        item({
          extension: [
            {
              url: "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression",
              valueExpression: { expression: "today()" },
            },
          ],
        }),
      ),
    ],
  ])("%s", (_, source) => {
    expect(() => parseQuestionnaire(source)).toThrow(FormInvalid);
  });

  test("with the place of the fault", () => {
    expect(() => parseQuestionnaire(file({}, item({ type: "url" })))).toThrow("s.q.type: one of");
  });
});
