/** A label that changed hands is doubted where the tablet already knows whose it is. */
import { beforeAll, describe, expect, it } from "vitest";
import { render } from "svelte/server";
import FormReview from "$components/form/FormReview.svelte";
import { AUTHOR, type FlatAnswers, native, published, vectors } from "../forms/flat";
import { Capture, type CaptureProps } from "$components/form/capture.svelte";
import type { Answers } from "$lib/forms";
import { loadEvaluator } from "$lib/forms/evaluate";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { labelDoubts } from "../../src/app/label-doubts";

type Holdings = Parameters<typeof labelDoubts>[0];

const form = parseQuestionnaire(published("prevention-stand.v1.0.0.json"));
const { bases, visit_date: day } = vectors<{
  readonly visit_date: string;
  readonly bases: Readonly<Record<string, FlatAnswers>>;
}>("prevention-stand.v1.0.0.json");
const station = (year?: number): Answers =>
  native(form, {
    ...bases["station"],
    ...(year === undefined ? {} : { "stand.birth_year": { values: [year] } }),
  });
const BORN_2015 = "2015-05-04";

/** A tablet that knows so much of the visit under label 7. */
function holding(known: Partial<Record<"signed" | "said" | "begun" | "booked", string>>): Holdings {
  const entry = { envelope: "e", visit: "v", replaces: null, birth_date: known.signed ?? null };
  const draft = {
    visit: "v",
    answers: native(form, {
      "identity.part": { values: ["reception"] },
      ...(known.begun === undefined ? {} : { "identity.birth_date": { values: [known.begun] } }),
    }),
  };
  return {
    entries: [entry],
    errors: new Map(),
    attendances: new Map([["v", { person: known.said === undefined ? null : { birth_date: known.said } }]]),
    rosters: [{ expected: known.booked === undefined ? [] : [{ id: "v", birth_date: known.booked }] }],
    labels: new Map([["v", 7]]),
    drafts: { open: [{ draft }] },
  } as unknown as Holdings;
}
const said = (desk: Holdings, answers: Answers): unknown[] =>
  labelDoubts(desk, "v", answers).map(({ linkId, human }) => [linkId, human?.fr]);

const DOUBT = [
  "stand.birth_year",
  "L’étiquette 7 est celle d’une personne née en 2015\u00a0: est-ce bien elle\u202f?",
];

describe("the year of birth at a station", () => {
  it("is doubted when it is not the wearer's, however the tablet knows it", () => {
    for (const known of ["signed", "said", "begun", "booked"] as const)
      expect([known, said(holding({ [known]: BORN_2015 }), station(1980))]).toEqual([known, [DOUBT]]);
  });

  it("is not when it is theirs, when it was not asked, or when nobody knows whose label it is", () => {
    expect(said(holding({ signed: BORN_2015 }), station(2015))).toEqual([]);
    expect(said(holding({ signed: BORN_2015 }), station())).toEqual([]);
    expect(said(holding({}), station(1980))).toEqual([]);
  });

  it("is nobody's check at the reception, which types who it is", () => {
    expect(said(holding({ signed: BORN_2015 }), native(form, bases["reception"] ?? {}))).toEqual([]);
  });
});

it("so is the whole date that a breath asks at a station", () => {
  const bpco = parseQuestionnaire(published("bpco-reperage.v1.0.0.json"));
  const answers = native(bpco, {
    "identity.part": { values: ["station"] },
    "identity.birth_date": { values: ["2015-05-05"] },
  });
  expect(said(holding({ signed: BORN_2015 }), answers)).toMatchObject([
    ["identity.birth_date", expect.stringContaining("2015")],
  ]);
});

describe("a doubt of the host", () => {
  beforeAll(async () => {
    await loadEvaluator();
  });

  function props(answers: Answers, keep: CaptureProps["onchange"] = () => undefined): CaptureProps {
    return {
      form,
      answers,
      entries: {},
      context: { visitDate: day, today: day, stop: null, commune: () => null },
      member: AUTHOR.by,
      now: () => `${day}T12:00:00.000+01:00`,
      onchange: keep,
      doubts: labelDoubts(holding({ signed: BORN_2015 }), "v", answers),
    };
  }

  it("is said under the question and in the review, goes once confirmed, and never prevents the seal", () => {
    let kept = station(1980);
    const capture = new Capture(() => props(kept, (answers) => (kept = answers)));
    const question = form.questions.find(({ linkId }) => linkId === "stand.birth_year");
    if (question === undefined) throw new Error("no such question");
    expect(capture.judgement.signable).toBe(true);
    expect(capture.findings(question)).toHaveLength(1);
    expect(render(FormReview, { props: { ...props(kept), onjump: () => undefined } }).body).toContain(
      "née en 2015",
    );
    capture.confirm(question);
    expect(capture.findings(question)).toEqual([]);
    expect(capture.judgement.signable).toBe(true);
  });
});
