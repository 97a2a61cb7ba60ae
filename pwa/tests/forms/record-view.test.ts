/** What a record looks like to who reads it: curves drawn, results with their tone, their review and their rule. */
import { render } from "svelte/server";
import { beforeAll, describe, expect, test } from "vitest";
import { Capture } from "$components/form/capture.svelte";
import RecordView from "$components/form/RecordView.svelte";
import { numberWords, wording } from "$components/form/wording";
import { loadEvaluator } from "$lib/forms/evaluate";
import { linkIdsCalculatedFrom, settingsRead } from "$lib/forms/calculate";
import type { Answer, Value } from "$lib/forms/answers";
import { isQuestion, type Question } from "$lib/forms/form";
import { difference, display, rows, settingsInForce } from "$lib/forms/present";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { AUTHOR, type FlatAnswers, native, published } from "./flat";
import { chosen, form, props } from "./instruments-host";

beforeAll(async () => void (await loadEvaluator()));

describe("a record to read", () => {
  const blow: FlatAnswers = {
    "spirometry.blow1.fev1": { values: [2.1] },
    "spirometry.blow1.fvc": { values: [3.1] },
  };
  const read = (answers: FlatAnswers): string => {
    const capture = new Capture(() => props(answers));
    const { enabled } = capture.judgement.pass;
    return render(RecordView, { props: { sections: rows(form, capture.shown, enabled, wording()) } }).body;
  };
  const curves = (flow: number): string =>
    JSON.stringify({
      v: 1,
      source: "ndd-xml",
      device: "EasyOne",
      trials: [{ n: 1, fvc: 3.1, time_s: [0, 1], volume_l: [0, 3.1], flow_l_s: [flow, 0] }],
    });

  test("writes what was typed with the decimals of what is calculated from it, and a year as a year", () => {
    const { enabled } = new Capture(() => props(blow)).judgement.pass;
    const bpco = rows(form, native(form, blow), enabled, wording()).flatMap((each) => each.rows);
    const texts = (linkId: string): unknown => bpco.find((each) => each.linkId === linkId)?.shown;
    expect(texts("spirometry.blow1.fev1")).toEqual({ kind: "values", texts: ["2,10\u202fL"] });
    const stand = parseQuestionnaire(published("prevention-stand.v1.0.0.json"));
    const year = stand.questions.find(({ linkId }) => linkId === "stand.birth_year");
    expect(year && display(year, 1980, wording())).toBe("1980");
    expect(year && numberWords(year, 1980)).toBe("1980");
  });

  test("draws the curves, beside how many they are", () => {
    const html = read({ "spirometry.curves": { values: [curves(5)] } });
    expect(html).toMatch(/1.×.EasyOne/);
    expect(html).toMatch(/role="img" aria-label="Courbe débit-volume.: 1 manœuvre\. Manœuvre 1/);
    expect(html).toMatch(/role="img" aria-label="Courbe volume-temps/);
    expect(html).toMatch(/3,10.L/);
  });

  test("shows a result with its tone, its review, and its rule folded", () => {
    const html = read({ ...blow, "result.review": chosen("validated") });
    expect(html).toContain("Alerte");
    expect(html).toContain("Validé par le professionnel");
    expect(html).toMatch(
      /<details(?![^>]*open)[^>]*>[^]*Règle.: Sous 0,70[^]*Source.: Règle d’essai[^]*<\/details>/,
    );
  });

  test("keeps a result that was set aside, with why, and without its weight", () => {
    const html = read({
      ...blow,
      "result.review": chosen("set_aside"),
      "result.review_reason": { values: ["toux"] },
    });
    expect(html).toContain("Suspicion d’obstruction");
    expect(html).toMatch(/Écarté par le professionnel.: toux/);
    expect(html).not.toContain("Alerte");
  });

  test("has changed when the curves have, though they are worded alike", () => {
    const enabled = new Set(form.items.keys());
    const [before, after] = [5, 6].map((flow) =>
      rows(form, native(form, { "spirometry.curves": { values: [curves(flow)] } }), enabled, wording()),
    );
    expect(difference(before ?? [], after ?? []).map(({ linkId }) => linkId)).toEqual(["spirometry.curves"]);
    expect(difference(before ?? [], before ?? [])).toEqual([]);
  });
});

describe("the settings in force", () => {
  const bpco = parseQuestionnaire(published("bpco-reperage.v1.0.0.json"));
  const measured: FlatAnswers = {
    "identity.mode": { values: ["complete"] },
    "mini.threshold": { values: [0.73] },
    "mini.grey_upper": { values: [0.8] },
  };
  const answers = native(bpco, measured);
  const questionOf = (linkId: string): Question => {
    const item = bpco.items.get(linkId);
    if (!isQuestion(item)) throw new Error(`no question ${linkId}`);
    return item;
  };
  const given = (value: Value): Answer => ({ kind: "values", values: [value], ...AUTHOR });
  const of = (linkId: string): readonly string[] =>
    settingsInForce(bpco, questionOf(linkId), answers, wording()).map(
      ({ label, value }) => `${label}: ${value}`,
    );

  test("are those that a result reads, with the item's decimals", () => {
    expect(of("result.conclusion")).toContain("Seuil de suspicion du rapport VEMS/VEM6: 0,73");
    expect(of("result.conclusion")).toContain("Limite haute de la zone grise: 0,80");
    expect(of("mini.ratio")).toEqual([]);
  });

  test("are found through what a result is calculated from", () => {
    const through = bpco.questions.filter((question) =>
      settingsRead(question, bpco).some(
        ({ linkId }) => !linkIdsCalculatedFrom(question, bpco).includes(linkId),
      ),
    );
    expect(through.map(({ linkId }) => linkId)).toContain("result.conclusion");
  });

  test("stand in the record beside the rule, and a ratio keeps its second decimal", () => {
    const [suspicion] = questionOf("result.conclusion").options.map(({ coding }) => coding);
    if (suspicion === undefined) throw new Error("no conclusion");
    const settled = { ...answers, "mini.ratio": given(0.7), "result.conclusion": given(suspicion) };
    const enabled = new Set(["mini.ratio", "result.conclusion"]);
    const { body } = render(RecordView, {
      props: { sections: rows(bpco, settled, enabled, wording()) },
    });
    expect(body).toMatch(/Réglage de la campagne.: Seuil de suspicion du rapport VEMS\/VEM6, 0,73/);
    expect(body).toContain("0,70");
  });
});
