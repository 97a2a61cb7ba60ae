/** What is left to do, and what is read of a calculated result. */
import { describe, expect, test } from "vitest";
import * as edit from "$lib/forms/edit";
import { toDo } from "$lib/forms/completeness";
import { loadEvaluator } from "$lib/forms/evaluate";
import { judge, type Judgement } from "$lib/forms/judge";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { rows, type Row, type Wording } from "$lib/forms/present";
import { AUTHOR } from "./flat";
import { instruments } from "./instruments";
import { questionOf } from "./written";

const form = parseQuestionnaire(instruments());
const context = { visitDate: "2026-11-23", today: "2026-11-23", stop: null, commune: () => null };
const evaluator = await loadEvaluator();
const nothing: edit.Filling = { answers: {}, entries: {} };

function give(state: edit.Filling, linkId: string, value: number | boolean): edit.Filling {
  return edit.answer(form, state, questionOf(form, linkId), [value], AUTHOR);
}
function choose(state: edit.Filling, linkId: string, code: string): edit.Filling {
  const question = questionOf(form, linkId);
  const chosen = question.options.find(({ coding }) => coding.code === code);
  if (!chosen) throw new Error(code);
  return edit.choose(form, state, question, chosen.coding, AUTHOR);
}
const judged = (state: edit.Filling): Judgement => judge({ form, context, evaluator }, state, AUTHOR);
const left = (state: edit.Filling): string[] =>
  toDo(form, judged(state).sections).map(({ question, kind }) => `${question.linkId} ${kind}`);

describe("what is left to do", () => {
  test("is what is required, in the order of the form; what waits says for which group", () => {
    expect(left(nothing)).toEqual([
      "words.learned missing",
      "walk.chair missing",
      "walk.pain missing",
      "walk.falls missing",
      "mood.low missing",
      "recall.words missing",
      "result.review missing",
    ]);
    const waiting = toDo(form, judged(nothing).sections).filter(({ delayed }) => delayed !== null);
    expect(waiting.map(({ question, delayed }) => [question.linkId, delayed?.linkId])).toEqual([
      ["recall.words", "recall"],
    ]);
  });

  test("names what is typed and cannot be read, and what is refused", () => {
    const typed = edit.type(form, nothing, questionOf(form, "walk.chair"), "douze", AUTHOR, context);
    const refused = give(typed, "walk.pain", 11);
    expect(left(refused).filter((each) => each.startsWith("walk"))).toEqual([
      "walk.chair unread",
      "walk.pain error",
      "walk.falls missing",
    ]);
  });

  test("does not count what is measured or calculated among what is asked", () => {
    const { sections } = judged(nothing);
    const recall = sections.find(({ section }) => section.linkId === "recall");
    expect(recall).toMatchObject({ asked: 1, delayed: [{ linkId: "recall" }] });
  });
});

describe("a calculated result", () => {
  const wording: Wording = { language: "fr", yes: "Oui", no: "Non", number: String, date: (iso) => iso };
  const result = (state: edit.Filling): Row | undefined => {
    const { pass } = judged(state);
    return rows(form, pass.settled, pass.enabled, wording)
      .flatMap((section) => section.rows)
      .find(({ linkId }) => linkId === "result.conclusion");
  };
  const blown = give(give(nothing, "spirometry.blow1.fev1", 2), "spirometry.blow1.fvc", 4);

  test("is read with its rule, its source, and what was said of it", () => {
    expect(result(blown)).toMatchObject({
      calculated: true,
      shown: { texts: ["Suspicion d’obstruction"] },
      rule: { source: "Règle d’essai, à valider par le responsable médical" },
    });
    expect(result(blown)).not.toHaveProperty("review");
    expect(result(choose(blown, "result.review", "set_aside"))).toMatchObject({ review: "set_aside" });
    expect(result(choose(blown, "result.review", "validated"))).toMatchObject({ review: "validated" });
  });

  test("keeps its value when it is set aside", () => {
    expect(result(choose(blown, "result.review", "set_aside"))?.shown).toEqual(result(blown)?.shown);
  });

  test("of a device's file says how many curves, and of which device", () => {
    const file = JSON.stringify({ v: 1, source: "ndd-xml", device: "EasyOne", trials: [{ n: 1 }, { n: 2 }] });
    const state = edit.answer(form, nothing, questionOf(form, "spirometry.curves"), [file], AUTHOR);
    const { pass } = judged(state);
    const [row] = rows(form, pass.settled, pass.enabled, wording)
      .flatMap((section) => section.rows)
      .filter(({ linkId }) => linkId === "spirometry.curves");
    expect(row?.shown).toMatchObject({ kind: "values", texts: ["2\u00a0×\u00a0EasyOne"] });
  });
});
