/** What was answered and is no longer asked: said before signing, and dropped by a tap; never a silence, nor an error. */
import { render } from "svelte/server";
import { beforeAll, describe, expect, test } from "vitest";
import FormReview from "$components/form/FormReview.svelte";
import { findingWords } from "$components/form/wording";
import { Capture, type CaptureProps } from "$components/form/capture.svelte";
import { type Answers, isCoding, valuesOf } from "$lib/forms/answers";
import * as edit from "$lib/forms/edit";
import { loadEvaluator } from "$lib/forms/evaluate";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { AUTHOR, type FlatAnswers, native, published, vectors } from "./flat";
import { Tablet } from "../record/tablet";
import { questionOf } from "./written";

const form = parseQuestionnaire(published("icope-step1.v1.0.0.json"));
const { bases, visit_date: day } = vectors<{
  readonly visit_date: string;
  readonly bases: Readonly<Record<string, FlatAnswers>>;
}>("icope-step1.v1.0.0.json");
const inPerson = native(form, bases["normal"] ?? {});

/** The same record, of which the mode is now by telephone. */
function byTelephone(): Answers {
  const mode = questionOf(form, "context.mode");
  const phone = mode.options.find(({ coding }) => coding.code === "professional_phone");
  if (phone === undefined) throw new Error("no such mode");
  return edit.choose(form, { answers: inPerson, entries: {} }, mode, phone.coding, AUTHOR).answers;
}

function props(answers: Answers, onchange: CaptureProps["onchange"] = () => undefined): CaptureProps {
  const context = { visitDate: day, today: day, stop: null, commune: () => null };
  const now = (): string => `${day}T12:00:00.000+01:00`;
  return { form, answers, entries: {}, context, member: AUTHOR.by, now, onchange };
}
const review = (answers: Answers): string =>
  render(FormReview, { props: { ...props(answers), onjump: () => undefined } }).body;

beforeAll(async () => {
  await loadEvaluator();
});

describe("a whispered voice, once the step is done by telephone", () => {
  test("was chosen in person, where nothing is left aside", () => {
    const [method] = valuesOf(inPerson["hearing.method"]);
    expect(isCoding(method) && method.code).toBe("whisper");
    expect(review(inPerson)).not.toContain("data-unasked");
  });

  test("is no error of the record: it is left out of it, and said with what to do", () => {
    const capture = new Capture(() => props(byTelephone()));
    expect(capture.judgement.findings.filter(({ code }) => code === "not-enabled")).toEqual([]);
    expect(capture.settled("hearing.method")).toBeUndefined();
    expect(capture.unasked.map(({ linkId }) => linkId)).toContain("hearing.method");
    const html = review(byTelephone());
    expect(html).toContain('data-unasked="hearing.method"');
    expect(html).toContain("Retirer la réponse");
    expect(html).toContain("Réponses à des questions qui ne se posent plus");
  });

  test("is dropped by one tap, and nothing else with it", () => {
    let kept = byTelephone();
    const capture = new Capture(() => props(kept, (answers) => (kept = answers)));
    const before = Object.keys(kept);
    capture.clear(questionOf(form, "hearing.method"));
    expect(Object.keys(kept)).toEqual(before.filter((linkId) => linkId !== "hearing.method"));
  });
});

describe("a station, which begins with what the reception signed", () => {
  const stand = parseQuestionnaire(published("prevention-stand.v1.0.0.json"));
  const bases = vectors<{ readonly bases: Readonly<Record<string, FlatAnswers>> }>(
    "prevention-stand.v1.0.0.json",
  ).bases;

  async function begun(): Promise<CaptureProps> {
    const tablet = await Tablet.enrolled();
    const answers = native(stand, { ...bases["reception"], "identity.part": { values: ["station"] } });
    const { draft } = await tablet.draft({ answers });
    return { ...props(draft.answers), form: stand, beganWith: draft.began_with ?? {} };
  }

  test("is told of no change that nobody made", async () => {
    const station = await begun();
    const capture = new Capture(() => station);
    expect(capture.isAsked("identity.birth_name")).toBe(false);
    expect(capture.unasked).toEqual([]);
    expect(new Capture(() => ({ ...station, beganWith: {} })).unasked.length).toBeGreaterThan(2);
  });

  test("is told of what somebody changed here, and is not asked any more", async () => {
    const station = await begun();
    const later = { by: AUTHOR.by, at: `${day}T12:00:00.000+01:00` };
    const gp = { kind: "values", values: [true], ...later } as const;
    const changed = { ...station, answers: { ...station.answers, "visit.attending_gp_search": gp } };
    const capture = new Capture(() => changed);
    expect(capture.unasked.map(({ linkId }) => linkId)).toEqual(["visit.attending_gp_search"]);
  });

  test("says all of it in a correction, which began with what its author had signed", async () => {
    const tablet = await Tablet.enrolled();
    const replaces = { record: "r", reason: "Erreur" };
    expect((await tablet.draft({ replaces })).draft.began_with).toBeUndefined();
  });
});

test("a finding of the server about it has words", () => {
  const finding = { linkId: "hearing.method", code: "not-enabled", severity: "error" } as const;
  expect(findingWords(form, finding, undefined)).toContain("ne se pose plus");
});
