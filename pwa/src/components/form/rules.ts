/** By which rule a calculated question is calculated, in the words of who reads it. */
import { t } from "$i18n/index";
import { enumerate } from "$i18n/typography";
import { linkIdsRead } from "$lib/forms/calculate";
import type { Form, Question } from "$lib/forms/form";
import { labelOf } from "$lib/forms/present";
import { words, wording } from "./wording";

/** A rule with its source and what the campaign set, and the results that it is the rule of. */
export interface SharedRule {
  readonly of: readonly string[];
  readonly text: string;
  readonly source: string;
  readonly settings: readonly { readonly label: string; readonly value: string }[];
}

/** The form's own words first; older forms have none, and say at least from what it is calculated. Empty without either. */
export function ruleInWords(form: Form, question: Question): string {
  if (question.rule) return t("form.rule", { text: words(question.rule.text) });
  if (question.calculation?.kind === "distance-to-stop-km") return t("capture.calculated_distance");
  const read =
    question.calculation?.kind === "expression"
      ? [...new Set(linkIdsRead(question.calculation.expression))]
      : [];
  if (read.length === 0) return "";
  const labels = read.map((linkId) => labelOf(form, linkId, wording()));
  return t("capture.calculated_from", { labels: enumerate(labels, t("capture.list_and")) });
}

/** Rules that are the same of several results, said once. */
export function shared(
  rules: readonly {
    readonly label: string;
    readonly rule?: { readonly text: string; readonly source: string };
    readonly settings: SharedRule["settings"];
  }[],
): readonly SharedRule[] {
  const by = new Map<string, SharedRule>();
  for (const { label, rule, settings } of rules) {
    if (rule === undefined) continue;
    const key = JSON.stringify([rule.text, rule.source, settings]);
    const known = by.get(key);
    by.set(key, { ...rule, settings, of: [...(known?.of ?? []), label] });
  }
  return [...by.values()];
}
