import { describe, expect, it, vi } from "vitest";
import { AUTHOR, published } from "../forms/flat";
import { item, option, ours, written } from "../forms/written";
import type { Opinion } from "$lib/central/opinion";
import type { Fact } from "$lib/central/person";
import { valuesOf, type Answers } from "$lib/forms";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { ENDED } from "$lib/record/coded";
import { copiedOpinion, isActOf, isOver } from "../../src/app/acts";
import { courseOf } from "../../src/app/parts";
import { lastFirst, type Instrument } from "../../src/app/instruments";
import { partAnswer } from "../../src/app/part";
import { previousRows } from "../../src/app/previous";

vi.mock("$lib/communes", () => ({ loadCommunes: () => Promise.resolve(new Map()) }));

const CALL = parseQuestionnaire(JSON.parse(published("teleconsultation.v1.0.0.json")) as object);
const TODAY = "2026-11-26";
const OPINION: Opinion = {
  visit: "v",
  form: { url: CALL.url, version: CALL.version },
  answers: new Map<string, { values: readonly string[] }>([
    ["outcome.main", { values: ["tests"] }],
    ["outcome.answer", { values: ["first_answer", "tests"] }],
    ["outcome.notes", { values: ["Radiographie du thorax."] }],
    ["outcome.of_another_version", { values: ["x"] }],
  ]),
  signedName: "Anne Roux",
  rpps: null,
  at: "2026-11-26T10:00:00.000+01:00",
  askedBy: "Claire Petit",
  earlier: 0,
};

const codes = (answers: Answers, linkId: string): unknown[] =>
  valuesOf(answers[linkId]).map((value) => (value as { code?: string }).code ?? value);

describe("a questionnaire about an act", () => {
  const call = "https://escale.example/fhir/Questionnaire/teleconsultation";

  it("is the doctor's or the assistant's, of the form whose acts it is about", () => {
    expect(isActOf(`${call}-satisfaction-physician`, call, "doctor")).toBe(true);
    expect(isActOf(`${call}-satisfaction-physician`, call, "nurse")).toBe(false);
    expect(isActOf(`${call}-satisfaction-assistant`, call, "nurse")).toBe(true);
    expect(isActOf(`${call}-satisfaction-assistant`, call, "other")).toBe(true);
    expect(isActOf(`${call}-satisfaction-assistant`, call, "doctor")).toBe(false);
    expect(isActOf("https://escale.example/fhir/Questionnaire/icope-step1-x", call, "nurse")).toBe(false);
  });
});

describe("an act", () => {
  const course = courseOf(CALL);

  it("is over once its request and its closing are signed, and for the doctor once theirs is", () => {
    expect(isOver(course, [], "nurse")).toBe(false);
    expect(isOver(course, ["request"], "nurse")).toBe(false);
    expect(isOver(course, ["request", "closing"], "nurse")).toBe(true);
    expect(isOver(course, ["complete"], "nurse")).toBe(true);
    expect(isOver(course, ["request"], "doctor")).toBe(false);
    expect(isOver(course, ["request", "medical"], "doctor")).toBe(true);
    expect(isOver(course, ["request", "medical"], "nurse")).toBe(false);
    expect(isOver(course, [ENDED], "nurse")).toBe(false);
  });
});

describe("a remote doctor's answer", () => {
  it("is copied where the part under way asks it, by whoever copies, with the doctor's name", async () => {
    const begun = partAnswer(CALL, "complete", AUTHOR);
    const copied = await copiedOpinion(CALL, begun, OPINION, AUTHOR, TODAY);
    expect(codes(copied, "outcome.main")).toEqual(["tests"]);
    // Asked only because of the one before it.
    expect(codes(copied, "outcome.answer")).toEqual(["first_answer", "tests"]);
    expect(codes(copied, "outcome.notes")).toEqual(["Radiographie du thorax."]);
    expect(codes(copied, "outcome.signed_name")).toEqual(["Anne Roux"]);
    expect(Object.keys(copied)).not.toContain("outcome.of_another_version");
    expect(copied["outcome.main"]).toMatchObject(AUTHOR);
  });

  it("is copied into the closing, which says how the act ended", async () => {
    const copied = await copiedOpinion(CALL, partAnswer(CALL, "closing", AUTHOR), OPINION, AUTHOR, TODAY);
    expect(Object.keys(copied).sort()).toEqual([
      "outcome.answer",
      "outcome.main",
      "outcome.notes",
      "outcome.signed_name",
    ]);
  });

  it("changes nothing that was answered, and is not copied into a part that does not ask it", async () => {
    const notes = { kind: "values", values: ["Déjà dit."], ...AUTHOR } as const;
    const begun = { ...partAnswer(CALL, "complete", AUTHOR), "outcome.notes": notes };
    expect(await copiedOpinion(CALL, begun, OPINION, AUTHOR, TODAY)).not.toHaveProperty("outcome.notes");
    const request = partAnswer(CALL, "request", AUTHOR);
    expect(await copiedOpinion(CALL, request, OPINION, AUTHOR, TODAY)).toEqual({});
  });
});

describe("instruments", () => {
  const named = (url: string): Instrument =>
    ({ reference: { url, version: "1.0.0", digest: "" }, title: url, form: CALL }) as Instrument;

  it("are offered with the one chosen last that day first, the others as the campaign orders them", () => {
    const all = ["bus", "bpco", "icope"].map(named);
    const order = (last: string | null): string[] => lastFirst(all, last).map(({ title }) => title);
    expect(order("icope")).toEqual(["icope", "bus", "bpco"]);
    expect(order(null)).toEqual(["bus", "bpco", "icope"]);
    expect(order("of another campaign")).toEqual(["bus", "bpco", "icope"]);
  });
});

describe("the last time", () => {
  const remembered = ours("remembered", { valueBoolean: true });
  const states = [option("normal"), option("altered"), option("not_assessed")];
  const form = written([
    item("s.cognition", "choice", { answerOption: states, extension: [remembered] }),
    item("s.mood", "choice", { answerOption: states, extension: [remembered] }),
    item("s.vision", "choice", { answerOption: states }),
  ]);
  const fact = (code: string): Fact => ({
    answer: { values: [code] },
    day: "2026-05-12",
    by: "Claire Petit",
    later: null,
  });
  const facts = new Map([
    ["s.cognition", fact("normal")],
    ["s.mood", fact("altered")],
    ["s.vision", fact("normal")],
    ["s.hearing", fact("normal")],
  ]);

  it("is shown of what the form keeps for comparison, with its day, and what changed since", () => {
    const now: Answers = {
      "s.cognition": {
        kind: "values",
        values: [{ system: "https://escale.example/fhir/CodeSystem/x", code: "altered", display: "altered" }],
        ...AUTHOR,
      },
    };
    expect(previousRows(form, facts, now, () => null)).toMatchObject([
      { linkId: "s.cognition", before: "normal", day: "2026-05-12", now: "altered", differs: true },
      { linkId: "s.mood", before: "altered", by: "Claire Petit", now: null, differs: null },
    ]);
  });

  it("takes not assessed for neither the same nor normal", () => {
    const now: Answers = { "s.mood": { kind: "absent", reason: "not-asked", ...AUTHOR } };
    const [, mood] = previousRows(form, facts, now, () => null);
    expect(mood).toMatchObject({ now: "Non demandé", differs: true });
  });

  it("says nothing of a code that the form does not know any more", () => {
    const old = new Map([["s.mood", fact("gone")]]);
    expect(previousRows(form, old, {}, () => null)).toEqual([]);
  });
});
