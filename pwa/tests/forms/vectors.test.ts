/** The tablet gives the answers that `tests/vectors/forms/` asks of both languages. */
import { beforeAll, describe, expect, test } from "vitest";
import { CommuneTable } from "$lib/communes/table";
import type { Position } from "$lib/forms/answers";
import { type Evaluator, loadEvaluator } from "$lib/forms/evaluate";
import { type Form, isQuestion } from "$lib/forms/form";
import { normaliseInsName, refuseInsName } from "$lib/forms/ins";
import { onePass } from "$lib/forms/pass";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { validate } from "$lib/forms/validate";
import {
  AUTHOR,
  communesCsv,
  type FlatAnswer,
  type FlatAnswers,
  flatValue,
  formsWithVectors,
  native,
  published,
  vectors,
} from "./flat";

interface Case {
  name: string;
  base: string;
  change: Record<string, FlatAnswer | null>;
  findings: [string, string, string][];
  disabled?: string[];
  calculated?: Record<string, string | number>;
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

const communes = CommuneTable.parse(communesCsv());
const expressions = vectors<ExpressionVectors>("expressions.json");
let evaluator: Evaluator;

beforeAll(async () => {
  evaluator = await loadEvaluator();
});

function answersOf(consultation: FormVectors, { base, change }: Case): FlatAnswers {
  const merged = { ...consultation.bases[base], ...change };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, FlatAnswer] => entry[1] !== null),
  );
}

function run(
  { form, consultation }: { form: Form; consultation: FormVectors },
  flat: FlatAnswers,
  { stop, visit_date, today }: Partial<Case> = {},
): {
  findings: string[];
  disabled: string[];
  calculated: Record<string, unknown>;
} {
  const visitDate = visit_date ?? consultation.visit_date;
  const context = {
    visitDate,
    today: today ?? visitDate,
    stop: stop === undefined ? consultation.stop : stop,
    commune: (insee: string) => communes.get(insee),
  };
  const rules = { form, context, evaluator };
  const answers = native(form, flat);
  const pass = onePass(rules, answers, AUTHOR);
  return {
    findings: validate(rules, answers, pass).map(
      ({ linkId, code, severity }) => `${linkId} ${code} ${severity}`,
    ),
    disabled: form.questions.map(({ linkId }) => linkId).filter((linkId) => !pass.enabled.has(linkId)),
    calculated: Object.fromEntries([...pass.calculated].map(([linkId, value]) => [linkId, flatValue(value)])),
  };
}

describe.each(formsWithVectors())("the form %s", (name) => {
  const form = parseQuestionnaire(published(name));
  const consultation = vectors<FormVectors>(name);
  const one = { form, consultation };

  test.each(consultation.cases)("$name", (each) => {
    const outcome = run(one, answersOf(consultation, each), each);
    expect(outcome.findings.toSorted()).toEqual(each.findings.map((finding) => finding.join(" ")).toSorted());
    if (each.disabled) expect(outcome.disabled.toSorted()).toEqual(each.disabled.toSorted());
    if (each.calculated) expect(outcome.calculated).toEqual(each.calculated);
  });

  const full = consultation.bases.full ?? {};
  test.each(Object.keys(full))("without %s no result reassures and no soft rule is satisfied", (linkId) => {
    const outcome = run(one, Object.fromEntries(Object.entries(full).filter(([key]) => key !== linkId)));
    const before = run(one, full);
    for (const [calculated, value] of Object.entries(outcome.calculated)) {
      if (value === before.calculated[calculated]) continue;
      // A result may become another without an answer, that it cannot be interpreted for instance: never reassuring.
      const item = form.items.get(calculated);
      const options = isQuestion(item) ? item.options : [];
      const option = options.find(({ coding }) => coding.code === value);
      expect(option?.tone, `${calculated} without ${linkId}`).not.toBe("good");
      expect(["normal", "no_sign", "no_signal"], `${calculated} without ${linkId}`).not.toContain(value);
    }
    expect(outcome.findings.filter((finding) => finding.includes("soft-limit"))).toEqual([]);
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
