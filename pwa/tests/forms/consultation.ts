/** The published consultation, ready for tests: its form, rules and a few people's answers. */
import { CommuneTable } from "$lib/communes/table";
import type { Answers, FormContext } from "$lib/forms/answers";
import type { Rules } from "$lib/forms/calculate";
import { type Evaluator, loadEvaluator } from "$lib/forms/evaluate";
import { isQuestion, type Question } from "$lib/forms/form";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { communesCsv, type FlatAnswers, native, published, vectors } from "./flat";

/** The published form. */
export const form = parseQuestionnaire(published("medicobus-consultation.v1.0.0.json"));

const communes = CommuneTable.parse(communesCsv());

/** A visit at La Gresle on 23 November 2026. */
export const context: FormContext = {
  visitDate: "2026-11-23",
  today: "2026-11-23",
  stop: { latitude: 46.1275, longitude: 4.2668 },
  commune: (insee) => communes.get(insee),
};

/** A question of the consultation. */
export function question(linkId: string): Question {
  const item = form.items.get(linkId);
  if (!isQuestion(item)) throw new Error(`no question ${linkId}`);
  return item;
}

const { bases } = vectors<{ bases: Record<string, FlatAnswers> }>("medicobus-consultation.v1.0.0.json");

/** A consultation in which every question that applies is answered. */
export const full: Answers = native(form, bases.full ?? {});

/** The rules with their evaluator. */
export async function rules(evaluator?: Evaluator): Promise<Rules> {
  return { form, context, evaluator: evaluator ?? (await loadEvaluator()) };
}
