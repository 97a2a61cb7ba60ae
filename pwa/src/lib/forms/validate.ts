/**
 * What is wrong with answers: findings, in the words of `docs/forms.md`. A finding is clinical data, not an exception.
 *
 * The same cases give the same findings in `forms/validate.py`; `tests/vectors/forms/` holds both to it.
 */
import type { Answer, Answers, FormContext, Value } from "./answers";
import { isCoding, numberOf, sameCoding, sameValue, valuesOf } from "./answers";
import { evaluateOn, linkIdsRead, type Rules } from "./calculate";
import { dayAfter } from "./dates";
import { type Constraint, isQuestion, type Localised, type Question } from "./form";
import { type DateRefusal, refuseDate, refuseNumber, refuseStoredText, refuseYear } from "./limits";
import type { Pass } from "./pass";
import type { TextRefusal } from "./text";
import { illTyped } from "./values";

/** An error prevents signing; a warning asks to confirm. */
export type Severity = "error" | "warning";

/** One thing to correct or confirm; `linkId` is empty when the form as a whole is concerned. */
export interface Finding {
  readonly linkId: string;
  readonly code: string;
  readonly severity: Severity;
  /** Why exactly a text or a date is refused. */
  readonly reason?: TextRefusal | DateRefusal;
  /** What a broken constraint wants, in the form's own words. */
  readonly human?: Localised;
  /** The constraint also reads a question that is asked and not answered yet: it may still come right. */
  readonly waiting?: true;
}

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";
const INSEE_CODE = /^(\d{5}|2[AB]\d{3})$/;

/** Every finding on `answers`, in the order of the form; `pass` is their pass under the same `rules`. */
export function validate(rules: Rules, answers: Answers, pass: Pass): readonly Finding[] {
  const { form, context } = rules;
  const findings: Finding[] = Object.keys(answers)
    .filter((linkId) => !isQuestion(form.items.get(linkId)))
    .map((linkId) => error(linkId, "unknown-item"));
  for (const question of form.questions) {
    const answer = answers[question.linkId];
    if (!pass.enabled.has(question.linkId)) {
      const fault = illTyped(question, answer);
      if (fault) findings.push(error(question.linkId, fault));
      if (answer) findings.push(error(question.linkId, "not-enabled"));
    } else {
      findings.push(...judgeAnswer(question, answer, pass, context));
      findings.push(...judgeConstraints(question, answer, rules, pass));
    }
  }
  if (context.visitDate > dayAfter(context.today)) findings.push(error("", "visit-date"));
  return findings;
}

function error(linkId: string, code: string): Finding {
  return { linkId, code, severity: "error" };
}

/** Of one answer: its shape, or that it is not what is calculated, or that it lacks; only then its values. */
function judgeAnswer(
  question: Question,
  answer: Answer | undefined,
  pass: Pass,
  context: FormContext,
): readonly Finding[] {
  const { linkId, calculation, required, absences } = question;
  const fault = illTyped(question, answer);
  if (fault) return [error(linkId, fault)];
  if (calculation && !isRecomputed(linkId, answer, pass)) return [error(linkId, "calculation")];
  if (!answer) return required && !calculation ? [error(linkId, "required")] : [];
  if (answer.kind === "absent") return absences ? [] : [error(linkId, "absence-not-allowed")];
  const findings = answer.values.flatMap((value) => judgeValue(question, value, context)).slice(0, 1);
  if (exclusiveBesideAnother(question, answer.values)) findings.push(error(linkId, "exclusive"));
  return findings.filter(({ severity }) => severity === "error" || answer.confirmed !== true);
}

function isRecomputed(linkId: string, answer: Answer | undefined, pass: Pass): boolean {
  const [recorded] = valuesOf(answer);
  const recomputed = pass.calculated.get(linkId);
  if (recorded === undefined || recomputed === undefined) return recorded === recomputed;
  return sameValue(recorded, recomputed);
}

function judgeValue(question: Question, value: Value, context: FormContext): Finding[] {
  const { linkId } = question;
  const number = numberOf(value);
  if (number !== undefined) {
    const code = refuseNumber(question, number);
    const refused = code !== null && code !== "soft-limit";
    if (!refused && refuseYear(question, number, context)) return [error(linkId, "year-rule")];
    return code ? [{ linkId, code, severity: code === "soft-limit" ? "warning" : "error" }] : [];
  }
  if (question.type === "date" && typeof value === "string") {
    const reason = refuseDate(question, value, context);
    return reason ? [{ ...error(linkId, "date-rule"), reason }] : [];
  }
  if (typeof value === "string") {
    const refusal = refuseStoredText(question, value);
    if (!refusal) return [];
    const finding = error(linkId, refusal.code);
    return ["reason" in refusal ? { ...finding, reason: refusal.reason } : finding];
  }
  return isCoding(value) && !isOffered(question, value, context) ? [error(linkId, "option")] : [];
}

function isOffered(question: Question, value: Value, context: FormContext): boolean {
  if (!isCoding(value)) return false;
  switch (question.lookup) {
    case "insee-commune":
      return value.system === INSEE && context.commune(value.code) !== null;
    case "insee-birth-place":
      return value.system === INSEE && INSEE_CODE.test(value.code);
    default:
      return question.options.some((option) => sameCoding(option.coding, value));
  }
}

function exclusiveBesideAnother(question: Question, values: readonly Value[]): boolean {
  const exclusive = (value: Value): boolean =>
    question.options.some(
      (option) => option.exclusive && isCoding(value) && sameCoding(option.coding, value),
    );
  return values.length > 1 && values.some(exclusive);
}

function judgeConstraints(
  question: Question,
  answer: Answer | undefined,
  rules: Rules,
  pass: Pass,
): readonly Finding[] {
  const stands = answer?.kind === "values" && illTyped(question, answer) !== "wrong-type";
  const confirmed = stands && answer.confirmed === true;
  const broken = ({ severity, expression }: Constraint): boolean =>
    !(confirmed && severity === "warning") && evaluateOn(expression, pass.settled, rules)[0] === false;
  return question.constraints.filter(broken).map(({ key, severity, human, expression }) => ({
    linkId: question.linkId,
    code: key,
    severity,
    human,
    ...(isWaiting(expression, pass) ? { waiting: true as const } : {}),
  }));
}

function isWaiting(expression: string, { enabled, settled }: Pass): boolean {
  return linkIdsRead(expression).some((linkId) => enabled.has(linkId) && !(linkId in settled));
}
