import { describe, expect, it } from "vitest";
import { freshStore } from "../store/fresh";
import { AUTHOR, native, published } from "../forms/flat";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { codeIn, ENDED, partIn } from "$lib/record/coded";
import { partAnswer, partHeld, partOf, rememberedPart, rememberPart } from "../../src/app/part";
import { signedWords } from "../../src/app/part-words";
import { courseOf, missingParts, nextPart } from "../../src/app/parts";
import { item, option, written } from "../forms/written";

const parse = (name: string): ReturnType<typeof parseQuestionnaire> =>
  parseQuestionnaire(JSON.parse(published(name)) as object);
const FORM = parse("medicobus-consultation.v1.1.0.json");
const CALLED = parse("teleconsultation.v1.0.0.json");
const OLD = parse("medicobus-consultation.v1.0.0.json");
const form = "medicobus-consultation";
const [NURSE, DOCTOR] = [
  { member: "nurse", form },
  { member: "doctor", form },
];
const TODAY = "2026-11-23";

/** A form with these parts. */
const withParts = (...codes: string[]): ReturnType<typeof written> =>
  written([item("identity.part", "choice", { answerOption: codes.map((code) => option(code)) })]);
const BUS = courseOf(FORM);
const CALL = courseOf(withParts("complete", "request", "medical", "closing"));
const STAND = courseOf(withParts("complete", "reception", "station"));

describe("the part of a visit", () => {
  it("is what the record says of itself", () => {
    expect(partOf(native(FORM, { "identity.part": { values: ["reception"] } }))).toBe("reception");
    expect(partOf({})).toBeNull();
  });

  it("is read from a record without its form", () => {
    const part = { linkId: "identity.part", answer: [{ valueCoding: { code: "medical" } }] };
    const response = {
      resourceType: "QuestionnaireResponse",
      item: [{ linkId: "identity", item: [part] }],
    };
    expect(codeIn(response, "identity.part")).toBe("medical");
    expect(codeIn({ resourceType: "QuestionnaireResponse" }, "identity.part")).toBeNull();
  });

  it("is remembered for the day, each member their own", async () => {
    const store = await freshStore();
    expect(await rememberedPart(store, TODAY, NURSE)).toBeNull();
    await rememberPart(store, TODAY, NURSE, "reception");
    await rememberPart(store, TODAY, DOCTOR, "medical");
    expect(await rememberedPart(store, TODAY, NURSE)).toBe("reception");
    expect(await rememberedPart(store, TODAY, DOCTOR)).toBe("medical");
    expect(await rememberedPart(store, "2026-11-24", NURSE)).toBeNull();
    expect(await rememberedPart(store, TODAY, { ...NURSE, form: "another" })).toBeNull();
    await rememberPart(store, "2026-11-24", DOCTOR, "complete");
    expect(await rememberedPart(store, TODAY, NURSE)).toBeNull();
  });

  it("answers the question that asks for it, and nothing in a form of before the parts", () => {
    expect(partOf(partAnswer(FORM, "medical", AUTHOR))).toBe("medical");
    expect(partAnswer(FORM, "of-another-form", AUTHOR)).toEqual({});
    expect(partAnswer(FORM, null, AUTHOR)).toEqual({});
    expect(partAnswer(OLD, "medical", AUTHOR)).toEqual({});
  });
});

describe("the parts of a form", () => {
  it("are none where it asks for none, and a record is then whole", () => {
    expect(courseOf(OLD)).toBeNull();
    expect(courseOf(withParts("complete", "unheard-of"))).toBeNull();
    expect(missingParts(null, ["complete"])).toEqual([]);
    expect(nextPart(null, ["complete"], "nurse")).toBeNull();
  });

  it("are both needed in the bus, in whichever order", () => {
    expect(missingParts(BUS, ["complete"])).toEqual([]);
    expect(missingParts(BUS, ["reception"])).toEqual(["medical"]);
    expect(missingParts(BUS, ["medical", "reception"])).toEqual([]);
    expect(nextPart(BUS, ["reception"], "doctor")).toBe("medical");
    expect(nextPart(BUS, ["medical"], "nurse")).toBe("reception");
    expect(nextPart(BUS, ["complete"], "doctor")).toBeNull();
    expect(nextPart(BUS, [], "doctor")).toBeNull();
  });

  it("of a teleconsultation are a request and its closing; the doctor's is written by a doctor of the team", () => {
    expect(missingParts(CALL, ["request"])).toEqual(["closing"]);
    expect(missingParts(CALL, ["request", "medical"])).toEqual(["closing"]);
    expect(missingParts(CALL, ["request", "closing"])).toEqual([]);
    expect(missingParts(CALL, ["closing"])).toEqual(["request"]);
    expect(nextPart(CALL, ["request"], "nurse")).toBe("closing");
    expect(nextPart(CALL, ["request"], "doctor")).toBe("medical");
    expect(nextPart(CALL, ["request", "medical"], "doctor")).toBe("closing");
    expect(nextPart(CALL, ["request", "closing"], "nurse")).toBeNull();
  });

  it("are none any more once the person refused: nothing follows, from whichever part it was told", () => {
    const refused = { linkId: "consent.teleconsultation", answer: [{ valueCoding: { code: "no" } }] };
    const part = { linkId: "identity.part", answer: [{ valueCoding: { code: "request" } }] };
    const response = { resourceType: "QuestionnaireResponse", item: [part, refused] };
    expect(partIn(response)).toBe(ENDED);
    expect(partIn({ ...response, item: [part] })).toBe("request");
    const answers = native(CALLED, {
      "identity.part": { values: ["request"] },
      "consent.teleconsultation": { values: ["no"] },
    });
    expect(partHeld(answers)).toBe(ENDED);
    expect(partHeld(partAnswer(CALLED, "request", AUTHOR))).toBe("request");
    expect(missingParts(CALL, [ENDED])).toEqual([]);
    expect(nextPart(CALL, [ENDED], "nurse")).toBeNull();
    expect(nextPart(CALL, [ENDED], "doctor")).toBeNull();
  });

  it("of a stand are the reception and any number of stations", () => {
    expect(nextPart(STAND, ["reception"], "nurse")).toBe("station");
    expect(nextPart(STAND, ["reception", "station"], "nurse")).toBe("station");
    expect(nextPart(STAND, ["station"], "nurse")).toBe("reception");
    expect(missingParts(STAND, ["station", "station"])).toEqual(["reception"]);
    expect(missingParts(STAND, ["reception", "station", "station"])).toEqual([]);
  });
});

describe("a signed part", () => {
  const words = (course: typeof BUS, part: string | null): string =>
    signedWords(course, "infirmière", part, "2026-11-23T09:40:00.000+01:00").replace(/ signé.*/, "");

  it("of a stand or of a teleconsultation is called as its form divides it, whoever signed it", () => {
    expect(["reception", "station", "complete"].map((part) => words(STAND, part))).toEqual([
      "Accueil",
      "Poste",
      "Fiche complète",
    ]);
    expect(["request", "medical", "closing"].map((part) => words(CALL, part))).toEqual([
      "Demande",
      "Partie médicale",
      "Clôture",
    ]);
  });

  it("of a bus consultation is the nurse's, who measured at the reception", () => {
    expect([words(BUS, "reception"), words(courseOf(OLD), null)]).toEqual([
      "Partie infirmière",
      "Partie infirmière",
    ]);
    expect(words(courseOf(parse("bpco-reperage.v1.0.0.json")), "station")).toBe("Poste");
  });
});
