/** Values that are computed, never typed (`docs/forms.md`, One pass, 2). */
import type { Answers, FormContext, Value } from "./answers";
import { isCoding, valuesOf } from "./answers";
import { distanceKm } from "./distance";
import { isCivilDate } from "./dates";
import { ExpressionFailed } from "./errors";
import type { Evaluator } from "./evaluate";
import { type Form, isQuestion, type Question } from "./form";
import { calledValue, linksRead } from "./functions/call";
import type { ExpressionMemory } from "./memory";
import { quantity, responseItems } from "./response";

/** What rules are run with. Without an evaluator (not fetched yet) expressions yield nothing. */
export interface Rules {
  readonly form: Form;
  readonly context: FormContext;
  readonly evaluator: Evaluator | null;
  /** Of a form being filled, judged again at every keystroke: what need not be evaluated again. */
  readonly memory?: ExpressionMemory;
}

/** The value of a calculated `question` from the answers placed before it; undefined when an input is missing. */
export function calculatedValue(question: Question, before: Answers, rules: Rules): Value | undefined {
  switch (question.calculation?.kind) {
    case "distance-to-stop-km":
      return distanceToStop(before, rules);
    case "expression":
      return asValue(question, evaluateOn(question.calculation.expression, before, rules));
    case "function":
      return calledValue(question, question.calculation.call, before, {
        visitDate: rules.context.visitDate,
        gli: rules.evaluator?.gli ?? null,
      });
    default:
      return undefined;
  }
}

/**
 * The collection `expression` yields on `settled` answers.
 *
 * It is run on the answers it reads and no other: their linkIds are known from its text (`docs/forms.md`,
 * Expressions), and walking a whole response at every keystroke would cost a tablet tens of milliseconds.
 *
 * An expression that fails yields nothing: publication refuses what can fail, central runs the rule again on arrival,
 * and no fault of a form may stop a capture.
 */
export function evaluateOn(expression: string, settled: Answers, rules: Rules): readonly unknown[] {
  const { form, context, evaluator, memory } = rules;
  if (evaluator === null) return [];
  const linkIds = linkIdsRead(expression);
  const run = (): readonly unknown[] =>
    evaluated(expression, { linkIds, settled }, { form, context, evaluator });
  if (memory === undefined) return run();
  const read = linkIds.map((linkId) => settled[linkId]);
  return memory.yielded(expression, read, [form, evaluator, context.visitDate, context.stop], run);
}

function evaluated(
  expression: string,
  { linkIds, settled }: { readonly linkIds: readonly string[]; readonly settled: Answers },
  { form, context, evaluator }: { form: Form; context: FormContext; evaluator: Evaluator },
): readonly unknown[] {
  const read = Object.fromEntries(
    linkIds.flatMap((linkId) => {
      const answer = settled[linkId];
      return answer ? [[linkId, answer] as const] : [];
    }),
  );
  const resource = {
    resourceType: "QuestionnaireResponse",
    status: "in-progress",
    item: responseItems(form, read, ""),
  };
  try {
    return evaluator.evaluate(expression, { resource, context });
  } catch (failure) {
    if (failure instanceof ExpressionFailed) return [];
    throw failure;
  }
}

const READ = new Map<string, readonly string[]>();

/** The questions an expression reads: `… where(linkId = '<linkId>') …` is the only way to read one. */
export function linkIdsRead(expression: string): readonly string[] {
  const known = READ.get(expression);
  if (known !== undefined) return known;
  const read = [...expression.matchAll(/linkId = '([^']+)'/g)].map((match) => match[1] ?? "");
  READ.set(expression, read);
  return read;
}

function distanceToStop(before: Answers, { form, context }: Rules): Value | undefined {
  const [place] = residence(form).flatMap(({ linkId }) => valuesOf(before[linkId]));
  if (!context.stop || !isCoding(place)) return undefined;
  const from = context.commune(place.code);
  return from ? distanceKm(from, context.stop) : undefined;
}

/** The form's only question about a commune, when it has one. */
function residence(form: Form): readonly Question[] {
  return form.questions.filter(({ lookup }) => lookup === "insee-commune").slice(0, 1);
}

/** The questions that the calculation of `question` reads, each once; none when it is not calculated. */
export function linkIdsCalculatedFrom({ calculation }: Question, form: Form): readonly string[] {
  switch (calculation?.kind) {
    case "expression":
      return [...new Set(linkIdsRead(calculation.expression))];
    case "function":
      return linksRead(calculation.call);
    case "distance-to-stop-km":
      return residence(form).map(({ linkId }) => linkId);
    default:
      return [];
  }
}

/** The settings that the calculation of `question` reads, itself or through what it is calculated from, each once. */
export function settingsRead(question: Question, form: Form): readonly Question[] {
  const settings = new Set<Question>();
  const seen = new Set<string>();
  const follow = (calculated: Question): void => {
    for (const linkId of linkIdsCalculatedFrom(calculated, form)) {
      const item = form.items.get(linkId);
      if (!isQuestion(item) || seen.has(linkId)) continue;
      seen.add(linkId);
      if (item.setting) settings.add(item);
      follow(item);
    }
  };
  follow(question);
  return [...settings];
}

/** What an expression yields counts when it is one value, of the type of `question`. */
function asValue(question: Question, yielded: readonly unknown[]): Value | undefined {
  const [value, ...more] = yielded;
  if (more.length > 0) return undefined;
  switch (question.type) {
    case "quantity":
      return typeof value === "number" ? quantity(question, value) : undefined;
    case "integer":
    case "decimal":
      return typeof value === "number" ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "date":
      return typeof value === "string" && isCivilDate(value) ? value : undefined;
    case "choice":
      return question.options.find(({ coding }) => coding.code === value)?.coding;
    default:
      return undefined;
  }
}
