import { describe, expect, it } from "vitest";
import { freshStore } from "../store/fresh";
import { AUTHOR, native, published } from "../forms/flat";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { otherPart, partAnswer, partOf, rememberedPart, rememberPart } from "../../src/app/part";

const parse = (name: string): ReturnType<typeof parseQuestionnaire> =>
  parseQuestionnaire(JSON.parse(published(name)) as object);
const FORM = parse("medicobus-consultation.v1.1.0.json");
const OLD = parse("medicobus-consultation.v1.0.0.json");
const [NURSE, DOCTOR, TODAY] = ["nurse", "doctor", "2026-11-23"];

describe("the part of a visit", () => {
  it("is what the record says of itself", () => {
    expect(partOf(native(FORM, { "identity.part": { values: ["reception"] } }))).toBe("reception");
    expect(partOf({})).toBeNull();
  });

  it("goes with the one that a teammate signed", () => {
    expect(["reception", "medical", "complete", null].map(otherPart)).toEqual([
      "medical",
      "reception",
      null,
      null,
    ]);
  });

  it("is remembered for the day, each member their own", async () => {
    const store = await freshStore();
    expect(await rememberedPart(store, TODAY, NURSE)).toBeNull();
    await rememberPart(store, TODAY, NURSE, "reception");
    await rememberPart(store, TODAY, DOCTOR, "medical");
    expect(await rememberedPart(store, TODAY, NURSE)).toBe("reception");
    expect(await rememberedPart(store, TODAY, DOCTOR)).toBe("medical");
    expect(await rememberedPart(store, "2026-11-24", NURSE)).toBeNull();
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
