/** Judged again at every keystroke, a form says what it would say if nothing were remembered. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Evaluator, loadEvaluator } from "$lib/forms/evaluate";
import { ExpressionMemory } from "$lib/forms/memory";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { type FlatAnswers, published, vectors } from "./flat";
import { outcomeOf } from "./judged";

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await loadEvaluator();
});

const name = "teleconsultation.v1.0.0.json";
const form = parseQuestionnaire(published(name));
const { bases, visit_date, stop } = vectors<{
  bases: Record<string, FlatAnswers>;
  visit_date: string;
  stop: { latitude: number; longitude: number };
}>(name);
const visit = { visitDate: visit_date, stop };

test("answers taken back, given again and stated absent are all seen", () => {
  const full = bases.medical ?? {};
  const memory = new ExpressionMemory();
  expect(Object.keys(full).length).toBeGreaterThan(8);
  for (const linkId of Object.keys(full)) {
    const others = Object.fromEntries(Object.entries(full).filter(([each]) => each !== linkId));
    for (const changed of [others, { ...full, [linkId]: { absent: "asked-unknown" as const } }, full]) {
      const remembered = outcomeOf(form, evaluator, changed, { ...visit, memory });
      expect(remembered, linkId).toEqual(outcomeOf(form, evaluator, changed, visit));
    }
  }
});

test("another day of visit is another judgement", () => {
  const memory = new ExpressionMemory();
  const full = bases.full ?? {};
  outcomeOf(form, evaluator, full, { ...visit, memory });
  const earlier = { visitDate: "1930-01-01", stop };
  const outcome = outcomeOf(form, evaluator, full, { ...earlier, memory });
  expect(outcome).toEqual(outcomeOf(form, evaluator, full, earlier));
});

describe("an expression", () => {
  const answer = (value: number): { kind: "values"; values: number[]; by: string; at: string } => ({
    kind: "values",
    values: [value],
    by: "",
    at: "",
  });

  test("is evaluated once while it reads the same, whoever answered and whenever", () => {
    const memory = new ExpressionMemory();
    let runs = 0;
    const run = (): readonly unknown[] => [++runs];
    const ask = (value: number, at = ""): unknown =>
      memory.yielded("x", [{ ...answer(value), at }], [], run)[0];
    expect([ask(1), ask(1), ask(1, "later"), ask(2), ask(2), ask(1)]).toEqual([1, 1, 1, 2, 2, 3]);
  });
});
