/**
 * One pass over a form: which items are asked, what is calculated, which answers count (`docs/forms.md`, One pass).
 *
 * Everything that shows, judges or signs answers starts from here, so that all agree.
 */
import type { Answer, Answers, Author, Value } from "./answers";
import { sameValue, valuesOf } from "./answers";
import { calculatedValue, evaluateOn, type Rules } from "./calculate";
import { isEnabled } from "./enablement";
import { isQuestion, type Item, type Question } from "./form";
import { illTyped } from "./values";

/** The outcome of one pass. */
export interface Pass {
  /** linkIds of the items that are asked, groups included. */
  readonly enabled: ReadonlySet<string>;
  /** Enabled answers that count, calculated ones recomputed: what constraints see and what is signed. */
  readonly settled: Answers;
  /** Recomputed values; a calculated item that yields nothing is not there. */
  readonly calculated: ReadonlyMap<string, Value>;
}

/** Takes the items in order. `author` signs the calculated values that nobody recorded yet. */
export function onePass(rules: Rules, answers: Answers, author: Author): Pass {
  const enabled = new Set<string>();
  const settled: Record<string, Answer> = {};
  const calculated = new Map<string, Value>();
  const valuesBefore = (linkId: string): readonly Value[] => valuesOf(settled[linkId]);

  const meetsExpression = ({ enableExpression }: Item): boolean => {
    if (enableExpression === undefined) return true;
    const yielded = evaluateOn(enableExpression, settled, rules);
    return yielded.length === 1 && yielded[0] === true;
  };
  const visitQuestion = (question: Question): void => {
    const recorded = answers[question.linkId];
    if (!question.calculation) {
      if (recorded && illTyped(question, recorded) === null) settled[question.linkId] = recorded;
      return;
    }
    const value = calculatedValue(question, settled, rules);
    if (value === undefined) return;
    calculated.set(question.linkId, value);
    settled[question.linkId] = recompute(recorded, value, author);
  };
  const visit = (item: Item): void => {
    if (!isEnabled(item, valuesBefore) || !meetsExpression(item)) return;
    enabled.add(item.linkId);
    if (item.type === "group") item.children.forEach(visit);
    else if (isQuestion(item)) visitQuestion(item);
  };
  rules.form.sections.forEach(visit);
  return { enabled, settled, calculated };
}

/** A confirmation holds for the value that was confirmed, not for the next one. */
function recompute(recorded: Answer | undefined, value: Value, author: Author): Answer {
  const [before] = valuesOf(recorded);
  const same = recorded !== undefined && before !== undefined && sameValue(before, value);
  return same ? recorded : { kind: "values", values: [value], ...author };
}
