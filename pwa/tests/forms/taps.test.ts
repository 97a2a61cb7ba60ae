/**
 * What each published form costs in touches, counted on its own vectors, and the most it may cost.
 *
 * Budgets and the last counts are the table of docs/performance.md, « Touches ». `npx vitest run tests/forms/taps.test.ts`
 * prints it anew.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommuneTable } from "$lib/communes/table";
import { type Evaluator, loadEvaluator } from "$lib/forms/evaluate";
import type { Form } from "$lib/forms/form";
import { initialAnswers } from "$lib/forms/prefill";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { AUTHOR, communesCsv, type FlatAnswers, native, published, vectors } from "./flat";
import { count, type Touches } from "./taps";

interface Vectors {
  readonly visit_date: string;
  readonly stop?: { readonly latitude: number; readonly longitude: number };
  readonly bases: Readonly<Record<string, FlatAnswers>>;
}

const root = new URL("../../../", import.meta.url);
const communes = CommuneTable.parse(communesCsv());
const forms = readdirSync(new URL("forms/definitions/", root))
  .filter((name) => name.endsWith(".json") && existsSync(new URL(`tests/vectors/forms/${name}`, root)))
  .map((name) => name.replace(/\.json$/, ""))
  .toSorted();
const scenarios = forms.flatMap((form) =>
  Object.entries(vectors<Vectors>(`${form}.json`).bases)
    .filter(([, answers]) => Object.keys(answers).length > 0)
    .map(([base]) => [form, base] as const),
);

const ROW = /^\| `?([\w.-]+)`? \| ([^|]+?) \| \d+ \| \d+ \| \d+ \| (\d+) \|$/;
const budgets = new Map(
  readFileSync(new URL("docs/performance.md", root), "utf-8")
    .split("\n")
    .flatMap((line) => {
      const [, form = "", base = "", budget] = ROW.exec(line) ?? [];
      return budget === undefined ? [] : [[`${form} ${base}`, Number(budget)] as const];
    }),
);
/** Every screen of a form is drawn several times: seconds, and on a machine that does much else at once a minute. */
const TIMEOUT_MS = 180_000;
/** A form that has no row of its own yet: nobody is asked more than this at one visit. */
const ANY_FORM = 400;

const counted: string[] = [];
let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await loadEvaluator();
});
afterAll(() => {
  process.stdout.write(
    [
      "| form | answers | screens | taps | keystrokes | at most |",
      "|---|---|---|---|---|---|",
      ...counted,
      "",
    ].join("\n"),
  );
});

const parsed = new Map<string, Form>();
function formNamed(name: string): Form {
  const form = parsed.get(name) ?? parseQuestionnaire(published(`${name}.json`));
  parsed.set(name, form);
  return form;
}

function measure(name: string, base: string): Touches {
  const { visit_date, stop, bases } = vectors<Vectors>(`${name}.json`);
  const form = formNamed(name);
  const context = {
    visitDate: visit_date,
    today: visit_date,
    stop: stop ?? null,
    commune: (insee: string) => communes.get(insee),
  };
  const start = initialAnswers(form, { communeName: () => null }, AUTHOR);
  return count(form, start, native(form, bases[base] ?? {}), context, evaluator);
}

describe.each(scenarios)("%s, %s", (form, base) => {
  test(
    "every answer can be given on screen, within the touches that are allowed",
    { timeout: TIMEOUT_MS },
    () => {
      const { screens, taps, keystrokes, unreachable } = measure(form, base);
      const most = budgets.get(`${form} ${base}`) ?? ANY_FORM;
      counted.push(`| ${form} | ${base} | ${screens} | ${taps} | ${keystrokes} | ${most} |`);
      expect(unreachable).toEqual([]);
      expect(taps + keystrokes).toBeLessThanOrEqual(most);
    },
  );
});

test("there is something to count", () => {
  expect(scenarios.length).toBeGreaterThan(0);
});
