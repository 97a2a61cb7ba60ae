/**
 * The tablet's form engine as a program, for the tests that hold it against the server's on the same generated cases
 * (`tests/forms/twin.py`): one JSON request a line on standard input, one JSON answer a line on standard output.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CommuneTable } from "$lib/communes/table";
import type { Position } from "$lib/forms/answers";
import { loadEvaluator } from "$lib/forms/evaluate";
import {
  gliReference,
  type GliSubject,
  lowerLimit,
  percentOfPredicted,
  upperLimit,
  zScore,
} from "$lib/forms/functions/gli";
import { loadGliTables } from "$lib/forms/functions/tables";
import { type Form, isQuestion } from "$lib/forms/form";
import { onePass } from "$lib/forms/pass";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { validate } from "$lib/forms/validate";
import { AUTHOR, type FlatAnswers, flatValue, native } from "./flat";

/** Reference values of many subjects; the form that the next cases are of; one case. */
type Request =
  | { readonly gli: readonly (GliSubject & { readonly measured: number })[] }
  | { readonly form: string }
  | { readonly case: { readonly visit_date: string; readonly answers: FlatAnswers } };

const [communesPath = "", stopText = "null"] = process.argv.slice(2);
const communes = CommuneTable.parse(readFileSync(communesPath, "utf-8"));
const stop = JSON.parse(stopText) as Position | null;
const [tables, evaluator] = await Promise.all([loadGliTables(), loadEvaluator()]);
let form: Form | null = null;

function answerTo(request: Request): unknown {
  if ("gli" in request) return request.gli.map(figures);
  if ("form" in request) {
    form = parseQuestionnaire(request.form);
    return form.questions.length;
  }
  return judged(request.case.visit_date, request.case.answers);
}

function figures(subject: GliSubject & { readonly measured: number }): readonly number[] | null {
  const reference = gliReference(tables, subject);
  if (reference === null) return null;
  return [
    reference.M,
    lowerLimit(reference),
    upperLimit(reference),
    zScore(reference, subject.measured),
    percentOfPredicted(reference, subject.measured),
  ];
}

function judged(visitDate: string, flat: FlatAnswers): unknown {
  if (form === null) throw new Error("of which form?");
  const { items } = form;
  const commune = (insee: string): Position | null => communes.get(insee);
  const rules = { form, evaluator, context: { visitDate, today: visitDate, stop, commune } };
  const answers = native(form, flat);
  const pass = onePass(rules, answers, AUTHOR);
  return {
    enabled: [...pass.enabled].filter((linkId) => isQuestion(items.get(linkId))),
    calculated: Object.fromEntries([...pass.calculated].map(([linkId, value]) => [linkId, flatValue(value)])),
    findings: validate(rules, answers, pass).map(({ linkId, code, severity }) => [linkId, code, severity]),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answerTo(JSON.parse(line) as Request))}\n`);
}
