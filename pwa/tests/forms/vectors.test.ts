/** The tablet gives the answers that `tests/vectors/forms/` asks of both languages, for every published form. */
import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Position } from "$lib/forms/answers";
import { type Evaluator, loadEvaluator } from "$lib/forms/evaluate";
import { ExpressionMemory } from "$lib/forms/memory";
import { normaliseInsName, refuseInsName } from "$lib/forms/ins";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { type FlatAnswer, type FlatAnswers, type FlatValue, published, vectors } from "./flat";
import { outcomeOf, reassuring } from "./judged";

type Triple = [linkId: string, code: string, severity: string];

interface Case {
  name: string;
  base: string;
  change: Record<string, FlatAnswer | null>;
  findings: Triple[];
  disabled?: string[];
  calculated?: Record<string, FlatValue>;
  stop?: Position | null;
  today?: string;
  visit_date?: string;
}
interface FormVectors {
  visit_date: string;
  stop: Position;
  bases: Record<string, FlatAnswers>;
  cases: Case[];
}
interface Corpus {
  visit_date: string;
  stop: Position;
  cases: {
    answers: FlatAnswers;
    findings: Triple[];
    disabled: string[];
    calculated: Record<string, FlatValue>;
  }[];
}
interface FunctionVectors {
  visit_date: string;
  questionnaire: object;
  cases: {
    name: string;
    visit_date?: string;
    answers: FlatAnswers;
    calculated: Record<string, FlatValue>;
  }[];
}
interface ExpressionVectors {
  visit_date: string;
  stop: Position;
  resource: object;
  evaluated: { expression: string; result: unknown[] }[];
}
interface NameVectors {
  names: {
    typed: string;
    normalized: string;
    "ins-name": string | null;
    "ins-first-name": string | null;
    about: string;
  }[];
}

const FORM_FILE = /\.v\d+\.\d+\.\d+\.json$/;
const files = (folder: string): string[] =>
  readdirSync(new URL(`../../../${folder}`, import.meta.url))
    .filter((name) => FORM_FILE.test(name))
    .toSorted();
const expressions = vectors<ExpressionVectors>("expressions.json");
let evaluator: Evaluator;

beforeAll(async () => {
  evaluator = await loadEvaluator();
});

function answersOf({ bases }: FormVectors, { base, change }: Case): FlatAnswers {
  const merged = { ...bases[base], ...change };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, FlatAnswer] => entry[1] !== null),
  );
}

const written = (findings: readonly Triple[]): string[] =>
  findings.map((finding) => finding.join(" ")).toSorted();

test("every published form has its vectors", () => {
  expect(files("tests/vectors/forms")).toEqual(files("forms/definitions"));
});

describe.each(files("tests/vectors/forms"))("%s", (name) => {
  const form = parseQuestionnaire(published(name));
  const given = vectors<FormVectors>(name);
  const usual = { visitDate: given.visit_date, stop: given.stop };

  test.each(given.cases)("$name", (each) => {
    const { stop = given.stop, visit_date: visitDate = given.visit_date, today = visitDate } = each;
    const outcome = outcomeOf(form, evaluator, answersOf(given, each), { visitDate, today, stop });
    expect(outcome.findings).toEqual(written(each.findings));
    if (each.disabled) expect(outcome.disabled.toSorted()).toEqual(each.disabled.toSorted());
    if (each.calculated) expect(outcome.calculated).toEqual(each.calculated);
  });

  test.each(Object.keys(given.bases))("no answer less makes %s more reassuring", (base) => {
    const full = given.bases[base] ?? {};
    const memory = new ExpressionMemory();
    const before = outcomeOf(form, evaluator, full, usual);
    const soft = (findings: readonly string[]): string[] =>
      findings.filter((finding) => finding.includes(" soft-limit "));
    for (const removed of Object.keys(full)) {
      const others = Object.fromEntries(Object.entries(full).filter(([linkId]) => linkId !== removed));
      const after = outcomeOf(form, evaluator, others, { ...usual, memory });
      expect(reassuring(form, before), removed).toEqual(expect.arrayContaining([...reassuring(form, after)]));
      expect(soft(before.findings), removed).toEqual(expect.arrayContaining(soft(after.findings)));
    }
  });
});

/** Sixty cases of a long form take seconds on a machine that does other things. */
const PATIENCE_MS = 60_000;

describe.each(files("tests/vectors/forms/corpus"))("for ever, %s", (name) => {
  test("gives what it gave when it was published", { timeout: PATIENCE_MS }, () => {
    const form = parseQuestionnaire(published(name));
    const { visit_date: visitDate, stop, cases } = vectors<Corpus>(`corpus/${name}`);
    expect(cases.length).toBeGreaterThanOrEqual(60);
    for (const [index, { answers, findings, disabled, calculated }] of cases.entries()) {
      const outcome = outcomeOf(form, evaluator, answers, { visitDate, stop });
      expect(outcome, `case ${index}`).toEqual({ findings: written(findings), disabled, calculated });
    }
  });
});

describe("a named function", () => {
  const { questionnaire, visit_date: usual, cases } = vectors<FunctionVectors>("functions.json");
  const form = parseQuestionnaire(questionnaire);
  test.each(cases)("$name", ({ answers, calculated, visit_date: visitDate = usual }) => {
    expect(outcomeOf(form, evaluator, answers, { visitDate, stop: null }).calculated).toEqual(calculated);
  });
});

describe("an expression", () => {
  test.each(expressions.evaluated)("$expression", ({ expression, result }) => {
    const context = { visitDate: expressions.visit_date, stop: expressions.stop };
    const subject = { resource: structuredClone(expressions.resource), context };
    const given = evaluator.evaluate(expression, subject);
    expect(JSON.parse(JSON.stringify(given))).toEqual(result);
  });
});

describe("an INS name", () => {
  test.each(vectors<NameVectors>("ins_names.json").names)("$typed: $about", (name) => {
    const normalized = normaliseInsName(name.typed);
    expect(normalized).toBe(name.normalized);
    expect(refuseInsName(normalized, "ins-name")).toBe(name["ins-name"]);
    expect(refuseInsName(normalized, "ins-first-name")).toBe(name["ins-first-name"]);
  });
});
