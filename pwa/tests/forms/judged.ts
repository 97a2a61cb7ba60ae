/** A form judged on flat answers, as the shared vectors write what both engines must give. */
import { CommuneTable } from "$lib/communes/table";
import type { Position } from "$lib/forms/answers";
import type { Evaluator } from "$lib/forms/evaluate";
import { type Form, isQuestion, type Option } from "$lib/forms/form";
import type { ExpressionMemory } from "$lib/forms/memory";
import { onePass } from "$lib/forms/pass";
import { validate } from "$lib/forms/validate";
import { AUTHOR, communesCsv, type FlatAnswers, type FlatValue, flatValue, native } from "./flat";

const communes = CommuneTable.parse(communesCsv());

/** Days are `YYYY-MM-DD`; the record is judged on the day of the visit unless `today` says another. */
export interface Visit {
  readonly visitDate: string;
  readonly today?: string;
  readonly stop: Position | null;
  /** Of a form judged again and again, each time with an answer changed. */
  readonly memory?: ExpressionMemory;
}

/** What a vector expects: findings as `linkId code severity`, in the order of the alphabet. */
export interface Outcome {
  readonly findings: readonly string[];
  readonly disabled: readonly string[];
  readonly calculated: Readonly<Record<string, FlatValue>>;
}

/** What the tablet makes of `flat` answers. */
export function outcomeOf(
  form: Form,
  evaluator: Evaluator,
  flat: FlatAnswers,
  { visitDate, today = visitDate, stop, memory }: Visit,
): Outcome {
  const context = { visitDate, today, stop, commune: (insee: string) => communes.get(insee) };
  const rules = { form, context, evaluator, ...(memory === undefined ? {} : { memory }) };
  const answers = native(form, flat);
  const pass = onePass(rules, answers, AUTHOR);
  const linkIds = form.questions.map(({ linkId }) => linkId);
  return {
    findings: validate(rules, answers, pass).map(written).toSorted(),
    disabled: linkIds.filter((linkId) => !pass.enabled.has(linkId)),
    calculated: Object.fromEntries([...pass.calculated].map(([linkId, value]) => [linkId, flatValue(value)])),
  };
}

function written({ linkId, code, severity }: { linkId: string; code: string; severity: string }): string {
  return `${linkId} ${code} ${severity}`;
}

const REASSURING = ["normal", "no_sign", "no_signal"];

/** The calculated results of `outcome` that say that all is well, as `linkId code`. */
export function reassuring(form: Form, { calculated }: Outcome): readonly string[] {
  const says = ({ tone, coding }: Option): boolean => tone === "good" || REASSURING.includes(coding.code);
  return Object.entries(calculated).flatMap(([linkId, value]) => {
    const item = form.items.get(linkId);
    const option = isQuestion(item) ? item.options.find(({ coding }) => coding.code === value) : undefined;
    return option !== undefined && says(option) ? [`${linkId} ${option.coding.code}`] : [];
  });
}
