/** What the consultation 1.1.0 brings to the engine: parts, photos, carried answers, secrecy. */
import { describe, expect, test } from "vitest";
import { AUTHOR, type FlatAnswers, native, published, vectors } from "./flat";
import { context } from "./consultation";
import type { Answers } from "$lib/forms/answers";
import { attachment, LONGEST_SIDE, type Photo, readAttachment } from "$lib/forms/attachment";
import * as edit from "$lib/forms/edit";
import { FormInvalid } from "$lib/forms/errors";
import { isQuestion, type Question } from "$lib/forms/form";
import { judge } from "$lib/forms/judge";
import { initialAnswers } from "$lib/forms/prefill";
import { rows, type Wording } from "$lib/forms/present";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { fromQuestionnaireResponse, toQuestionnaireResponse } from "$lib/forms/response";
import { asksSecrecy } from "$lib/forms/restriction";

const NAME = "medicobus-consultation.v1.1.0.json";
const form = parseQuestionnaire(published(NAME));
const full = native(form, vectors<{ bases: Record<string, FlatAnswers> }>(NAME).bases["full"] ?? {});
const EMPTY: edit.Filling = { answers: {}, entries: {} };
const SIGNED = { author: AUTHOR.by, authored: AUTHOR.at, status: "completed" as const };
const PHOTO: Photo = {
  photo: "00000001-0000-4000-8000-000000000000",
  digest: "1".repeat(64),
  size: 148_000,
  width: 1240,
  height: 1600,
};
const WORDING: Wording = {
  language: "fr",
  yes: "Oui",
  no: "Non",
  number: (value) => new Intl.NumberFormat("fr").format(value),
  date: (iso) => iso,
};

function question(linkId: string): Question {
  const item = form.items.get(linkId);
  if (!isQuestion(item)) throw new Error(linkId);
  return item;
}

/** Titles of the sections that are asked when these answers are given. */
function sections(answers: Answers): readonly string[] {
  const judged = judge({ form, context, evaluator: null }, { answers, entries: {} }, AUTHOR);
  return judged.sections.map(({ section }) => section.linkId);
}

function coded(linkId: string, code: string): Answers {
  const option = question(linkId).options.find(({ coding }) => coding.code === code);
  if (option === undefined) throw new Error(code);
  return { [linkId]: { kind: "values", values: [option.coding], ...AUTHOR } };
}

describe("a part of a visit", () => {
  test("is the whole of it until somebody says otherwise", () => {
    const initial = initialAnswers(form, { communeName: () => null }, AUTHOR);
    expect(initial).toEqual(coded("identity.part", "complete"));
    expect(sections(initial)).not.toContain("representative");
  });

  test.each([
    ["reception", ["identity", "visit", "vitals", "photos", "information"]],
    ["medical", ["identity", "reasons", "history", "vitals", "photos", "conclusion"]],
    [
      "complete",
      ["identity", "visit", "reasons", "history", "vitals", "photos", "conclusion", "information"],
    ],
  ])("%s asks only its sections", (part, expected) => {
    expect(sections(coded("identity.part", part))).toEqual(expected);
  });

  test("of a minor asks for the representative too", () => {
    const minor = { ...coded("identity.part", "complete"), ...coded("identity.legal_status", "minor") };
    expect(sections(minor)).toContain("representative");
  });
});

describe("a photo", () => {
  test("survives the journey through FHIR", () => {
    const response = JSON.parse(JSON.stringify(toQuestionnaireResponse(form, full, SIGNED))) as object;
    expect(fromQuestionnaireResponse(form, response)["photos.prescription"]).toEqual(
      full["photos.prescription"],
    );
  });

  test("is shown by its sides, and given to who draws it", () => {
    const answers: Answers = { "photos.wound": { kind: "values", values: [PHOTO], ...AUTHOR } };
    const [section] = rows(form, answers, new Set(["photos.wound"]), WORDING);
    expect(section?.rows[0]?.shown).toEqual({
      kind: "values",
      texts: ["Photo (1\u202f240 × 1\u202f600)"],
      photos: [PHOTO],
    });
  });

  const written = attachment(PHOTO) as Record<string, unknown>;
  test.each([
    ["another type", { ...written, contentType: "image/png" }],
    ["an address elsewhere", { ...written, url: "https://example.org/photo.jpg" }],
    ["the image itself inside", { ...written, data: "_9j_" }],
    ["no digest", { ...written, extension: (written["extension"] as object[]).slice(1) }],
    ["sides too long", attachment({ ...PHOTO, width: LONGEST_SIDE + 1 })],
    ["no size", attachment({ ...PHOTO, size: 0 })],
    ["a text", "photo.jpg"],
  ])("of %s is refused", (_about, value) => {
    expect(() => readAttachment(value, "photos.wound")).toThrow(FormInvalid);
  });
});

describe("what an earlier visit knew", () => {
  const wanted = form.questions.filter(({ carried }) => carried).map(({ linkId }) => linkId);

  test("is carried for what lasts, and never for what is sensitive", () => {
    expect(wanted).toContain("history.allergies");
    expect(wanted).toContain("visit.attending_gp");
    expect(wanted).not.toContain("history.pregnancy");
    expect(wanted.filter((linkId) => question(linkId).itemClass === "sensitive")).toEqual([]);
  });

  test("keeps its day once confirmed, and loses it when answered anew", () => {
    const asked = question("history.allergies");
    const carried = { day: "2026-09-14", values: ["Pénicilline"] };
    const confirmed = edit.confirmCarried(form, EMPTY, asked, carried, AUTHOR);
    expect(confirmed.answers["history.allergies"]).toMatchObject({ carriedFrom: "2026-09-14", ...AUTHOR });
    const anew = edit.answer(form, confirmed, asked, ["Arachide"], AUTHOR);
    expect(anew.answers["history.allergies"]).not.toHaveProperty("carriedFrom");
  });

  test("comes back from the record, be it an absence", () => {
    const asked = question("history.conditions_status");
    const carried = { day: "2026-09-14", absent: "asked-unknown" as const };
    const { answers } = edit.confirmCarried(form, EMPTY, asked, carried, AUTHOR);
    const response = toQuestionnaireResponse(form, answers, SIGNED);
    expect(fromQuestionnaireResponse(form, response)).toEqual(answers);
    expect(JSON.stringify(response)).toContain('"valueDate":"2026-09-14"');
  });
});

describe("secrecy", () => {
  const given = (value: boolean): Answers => ({
    "representative.secrecy": { kind: "values", values: [value], ...AUTHOR },
  });

  test("is asked by a yes alone", () => {
    const absent = {
      "representative.secrecy": { kind: "absent", reason: "asked-unknown", ...AUTHOR },
    } as const;
    expect([{}, given(false), absent, given(true)].map((answers) => asksSecrecy(form, answers))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});
