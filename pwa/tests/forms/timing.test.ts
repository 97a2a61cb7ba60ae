/** Time in a form: it counts behind a veil and after a reload, because only instants are kept. */
import { describe, expect, test } from "vitest";
import * as edit from "$lib/forms/edit";
import type { Group, Question } from "$lib/forms/form";
import { isQuestion } from "$lib/forms/form";
import { judge } from "$lib/forms/judge";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { fromQuestionnaireResponse, toQuestionnaireResponse } from "$lib/forms/response";
import { delayState, isRunning, started, stopwatchSeconds } from "$lib/forms/timing";
import { instruments } from "./instruments";

const form = parseQuestionnaire(instruments());
const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 23, 8, 0, seconds)).toISOString();
const ms = (seconds: number): number => Date.parse(at(seconds));
const by = "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f001";
const nothing: edit.Filling = { answers: {}, entries: {} };
const context = { visitDate: "2026-11-23", today: "2026-11-23", stop: null, commune: () => null };

function question(linkId: string): Question {
  const item = form.items.get(linkId);
  if (!isQuestion(item)) throw new Error(linkId);
  return item;
}
const recall = form.items.get("recall") as Group;

function choose(state: edit.Filling, linkId: string, code: string, second: number): edit.Filling {
  const author = { by, at: at(second) };
  const asked = question(linkId);
  const chosen = asked.options.find(({ coding }) => coding.code === code);
  if (!chosen) throw new Error(code);
  return edit.choose(form, state, asked, chosen.coding, author);
}

describe("a delayed section", () => {
  const learned = choose(nothing, "words.learned", "three", 0);

  test("waits for the answer it counts from, then for its seconds, then opens", () => {
    expect(delayState(recall, nothing, ms(0))).toEqual({ kind: "unbegun", since: "words.learned" });
    expect(delayState(recall, learned, ms(0))).toEqual({ kind: "waiting", left_s: 180 });
    expect(delayState(recall, learned, ms(50))).toEqual({ kind: "waiting", left_s: 130 });
    expect(delayState(recall, learned, ms(179))).toEqual({ kind: "waiting", left_s: 1 });
    expect(delayState(recall, learned, ms(180))).toEqual({ kind: "open" });
  });

  test("counts from the first answer: correcting it starts nothing again", () => {
    const corrected = choose(learned, "words.learned", "two", 100);
    expect(delayState(recall, corrected, ms(110))).toEqual({ kind: "waiting", left_s: 70 });
  });

  test("counts anew when the answer was taken back, since nothing had been learned", () => {
    const asked = question("words.learned");
    const undone = edit.clear(form, learned, asked);
    expect(delayState(recall, undone, ms(60)).kind).toBe("unbegun");
    expect(delayState(recall, choose(undone, "words.learned", "three", 90), ms(100))).toEqual({
      kind: "waiting",
      left_s: 170,
    });
  });

  test("is the same after the draft was closed and read again", () => {
    const read = JSON.parse(JSON.stringify(learned)) as edit.Filling;
    expect(delayState(recall, read, ms(100))).toEqual({ kind: "waiting", left_s: 80 });
  });

  test("never asks to wait longer than it says, whatever the clock does", () => {
    expect(delayState(recall, learned, ms(-7200))).toEqual({ kind: "waiting", left_s: 180 });
  });
});

describe("the seconds between two answers", () => {
  const learned = choose(nothing, "words.learned", "three", 0);

  test("are those between their first answers, and stay", () => {
    const recalled = choose(learned, "recall.words", "two", 200);
    expect(recalled.answers["recall.elapsed"]).toMatchObject({ values: [200] });
    const corrected = choose(recalled, "recall.words", "three", 900);
    expect(corrected.answers["recall.elapsed"]).toMatchObject({ values: [200] });
  });

  test("are not there while one answer lacks, nor when the clock went back", () => {
    const recalled = choose(learned, "recall.words", "two", 200);
    expect(learned.answers["recall.elapsed"]).toBeUndefined();
    expect(edit.clear(form, recalled, question("recall.words")).answers["recall.elapsed"]).toBeUndefined();
    expect(choose(learned, "recall.words", "two", -30).answers["recall.elapsed"]).toBeUndefined();
  });
});

describe("a correction", () => {
  test("keeps the seconds that the record says, whatever is answered anew", () => {
    const recorded = choose(choose(nothing, "words.learned", "three", 0), "recall.words", "two", 200);
    const signed = { author: by, authored: at(600), status: "completed" as const };
    const response = toQuestionnaireResponse(form, recorded.answers, signed);
    const answers = fromQuestionnaireResponse(form, response);
    const corrected = choose({ answers, entries: {} }, "recall.words", "three", 90_000);
    expect(corrected.answers["recall.elapsed"]).toMatchObject({ values: [200] });
    expect(delayState(recall, corrected, ms(90_000))).toEqual({ kind: "open" });
  });
});

describe("a stopwatch", () => {
  const chair = question("walk.chair");

  test("shows what passed since it was started, to its decimals", () => {
    const entry = started(at(0));
    expect(stopwatchSeconds(chair, entry, ms(12) + 340)).toBe(12.3);
    expect(stopwatchSeconds(chair, entry, ms(12) + 350)).toBe(12.4);
    expect(stopwatchSeconds(chair, "12,3", ms(12))).toBeNull();
  });

  test("that runs keeps the record from being signed, and is no answer", () => {
    const running = edit.note(nothing, chair, started(at(0)));
    const judged = judge({ form, context, evaluator: null }, running, { by, at: at(1) });
    expect(isRunning(running.entries["walk.chair"])).toBe(true);
    expect(judged.sections.flatMap(({ unread }) => unread.map(({ linkId }) => linkId))).toContain(
      "walk.chair",
    );
    expect(judged.pass.settled["walk.chair"]).toBeUndefined();
  });

  test("is stopped by any answer, an absence too", () => {
    const running = edit.note(nothing, chair, started(at(0)));
    const refused = edit.stateAbsence(form, running, chair, "asked-declined", { by, at: at(5) });
    expect(isRunning(refused.entries["walk.chair"])).toBe(false);
  });
});
