/** The rules of one number and of one text: which finding, if any (`docs/forms.md`, Findings). */
import type { FormContext } from "./answers";
import { areCurves } from "./curves";
import { completedYears } from "./dates";
import type { Question } from "./form";
import { decimalsOf } from "./numbers";
import { refuseText, type TextRefusal } from "./text";

const MAX_AGE_YEARS = 120;

/** The first rule a number breaks: outside the hard limits, too many decimals, outside the soft limits. */
export function refuseNumber(
  { limits, maxDecimals, type }: Question,
  value: number,
): "hard-limit" | "decimals" | "soft-limit" | null {
  if (below(value, limits.min) || above(value, limits.max)) return "hard-limit";
  const places = type === "integer" ? 0 : maxDecimals;
  if (places !== undefined && decimalsOf(value) > places) return "decimals";
  return below(value, limits.softMin) || above(value, limits.softMax) ? "soft-limit" : null;
}

/** Whether `year` is a year of birth after the year of the visit. */
export function refuseYear({ yearRule }: Question, year: number, context: FormContext): boolean {
  return yearRule === "birth-year" && year > Number(context.visitDate.slice(0, 4));
}

function below(value: number, limit: number | undefined): boolean {
  return limit !== undefined && value < limit;
}

function above(value: number, limit: number | undefined): boolean {
  return limit !== undefined && value > limit;
}

/** The first rule a text breaks, and why. Length counts UTF-16 code units. */
export function refuseStoredText(
  { textRule, maxLength, control }: Question,
  text: string,
): { code: "text-rule"; reason: TextRefusal } | { code: "length" | "curves" } | null {
  const reason = refuseText(text, textRule);
  if (reason !== null) return { code: "text-rule", reason };
  if (maxLength !== undefined && text.length > maxLength) return { code: "length" };
  return control === "spirometer-file" && !areCurves(text) ? { code: "curves" } : null;
}

/** Why a date breaks its rule. */
export type DateRefusal = "future" | "age" | "past";

/** Why `iso` breaks the rule of `question`; null when it does not. */
export function refuseDate({ dateRule }: Question, iso: string, context: FormContext): DateRefusal | null {
  switch (dateRule) {
    case "birth-date":
      if (iso > context.visitDate) return "future";
      return completedYears(iso, context.visitDate) > MAX_AGE_YEARS ? "age" : null;
    case "not-before-visit":
      return iso < context.visitDate ? "past" : null;
    default:
      return null;
  }
}
