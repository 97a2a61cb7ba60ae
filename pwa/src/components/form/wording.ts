/** The engine's codes in the words of the catalogue. */
import { formatDate, formatNumber, language, type MessageKey, plural, t } from "$i18n/index";
import type { AbsentReason, Answer, Value } from "$lib/forms/answers";
import { numberOf, valuesOf } from "$lib/forms/answers";
import type { LaterAbsence } from "$lib/forms/carry";
import { type Form, isQuestion, type Localised, type Question, spoken } from "$lib/forms/form";
import { display, type Wording, written } from "$lib/forms/present";
import { normaliseText } from "$lib/forms/text";
import type { Finding } from "$lib/forms/validate";

/** How values are worded in the language in use. */
export function wording(): Wording {
  return {
    language: language(),
    yes: t("capture.yes"),
    no: t("capture.no"),
    number: (value, decimals) => formatNumber(value, decimals ?? 6, decimals ?? 0),
    date: (iso) => formatDate(iso),
  };
}

/** A text of the form in the language in use. */
export function words(text: Localised): string {
  return spoken(text, language());
}

/** A stated absence: `Refusé`. */
export function absenceWords(reason: AbsentReason): string {
  return t(`capture.absence_${reason}`);
}

/** What was stated after a fact and is no value: `Depuis, au 03/04/2026 : Refusé (Dr Morel)`. */
export function laterWords(later: LaterAbsence | null): string | null {
  if (later === null) return null;
  const { absent, day, by } = later;
  return t("people.later", { date: formatDate(day), answer: absenceWords(absent), by });
}

/** An answer in words: its values, or why there is none. */
export function answerWords(question: Question, answer: Answer | undefined): string {
  if (answer?.kind === "absent") return absenceWords(answer.reason);
  return valuesOf(answer)
    .map((value) => valueWords(question, value))
    .join(", ");
}

/** One value of a question, with its unit. */
export function valueWords(question: Question, value: Value): string {
  return display(question, value, wording());
}

/** `number` as an answer to `question`: `130 mmHg`. */
export function numberWords(question: Question, number: number): string {
  const unit = question.unit?.display ?? question.unit?.code;
  const said = written(question, number, wording());
  return unit === undefined ? said : `${said}\u202f${unit}`;
}

const PLAIN: Readonly<Partial<Record<string, MessageKey>>> = {
  required: "capture.error_required",
  "absence-not-allowed": "capture.error_absence-not-allowed",
  calculation: "capture.error_calculation",
  curves: "capture.error_curves",
  exclusive: "capture.error_exclusive",
  "not-enabled": "capture.error_not-enabled",
  option: "capture.error_option",
  "visit-date": "capture.error_visit-date",
  "year-rule": "capture.error_year-rule",
};

/** What a finding says to the person who can settle it. */
export function findingWords(form: Form, finding: Finding, answer: Answer | undefined): string {
  if (finding.human) return words(finding.human);
  const plain = PLAIN[finding.code];
  if (plain) return t(plain);
  const question = form.items.get(finding.linkId);
  const said = isQuestion(question) ? ruleWords(question, finding, valuesOf(answer)) : undefined;
  return said ?? t("capture.error_other", { code: finding.code });
}

function ruleWords(
  question: Question,
  { code, reason }: Finding,
  values: readonly Value[],
): string | undefined {
  const [value] = values;
  switch (code) {
    case "hard-limit":
      return limitWords(question);
    case "decimals":
      return question.maxDecimals
        ? plural("capture.error_decimals", question.maxDecimals)
        : t("capture.error_decimals_none");
    case "soft-limit":
      return t("capture.soft_limit", { value: numberWords(question, numberOf(value) ?? 0) });
    case "length":
      return t("capture.error_length", {
        length: typeof value === "string" ? value.length : 0,
        max: question.maxLength ?? 0,
      });
    case "text-rule":
    case "date-rule":
      return reason === undefined ? undefined : refusalWords(reason);
    default:
      return undefined;
  }
}

function refusalWords(reason: NonNullable<Finding["reason"]>): string {
  switch (reason) {
    case "age":
    case "future":
    case "past":
      return t(`capture.error_date-rule_${reason}`);
    default:
      return t(`capture.error_text-rule_${reason}`);
  }
}

function limitWords(question: Question): string {
  const { min, max } = question.limits;
  const unit = question.unit?.display ?? question.unit?.code;
  const bound = (limit: number): string =>
    unit === undefined ? formatNumber(limit) : `${formatNumber(limit)}\u202f${unit}`;
  if (min !== undefined && max !== undefined) {
    return t("capture.error_hard-limit_between", { min: formatNumber(min), max: bound(max) });
  }
  if (min !== undefined) return t("capture.error_hard-limit_min", { min: bound(min) });
  return t("capture.error_hard-limit_max", { max: bound(max ?? 0) });
}

/** From how many characters before its limit the room left in a long text is said. */
const ROOM_SAID = 200;

/** How full a long `text` is, once its limit is near or passed; `null` before. Counted as it would be stored. */
export function roomWords({ type, maxLength, textRule }: Question, text: string): string | null {
  if (type !== "text" || maxLength === undefined) return null;
  const { length } = normaliseText(text, textRule);
  return length < maxLength - ROOM_SAID ? null : t("capture.text_room", { length, max: maxLength });
}
