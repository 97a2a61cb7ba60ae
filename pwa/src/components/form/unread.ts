/** What was typed and is no answer, in words. */
import { t } from "$i18n/index";
import { proposals, readEntry } from "$lib/forms/entry";
import type { Question } from "$lib/forms/form";
import { isRunning } from "$lib/forms/timing";
import type { Capture } from "./capture.svelte";

/** Why what was typed for `question` cannot be read; `null` when nothing was, or when it can. */
export function unreadWords(capture: Capture, question: Question): string | null {
  const entry = capture.entry(question.linkId);
  if (entry === "") return null;
  // The control shows that it runs; what is wrong would be to sign meanwhile, and the review says so.
  if (isRunning(entry)) return null;
  if (question.type === "choice") return t("capture.error_pick");
  if (question.repeats) return t("capture.pending_add");
  const reading = readEntry(question, entry, capture.context);
  if (reading.kind !== "unreadable") return null;
  if (proposals(capture.form, question, entry).length > 0) return t("capture.error_take");
  if (reading.wanted === "date") return t("capture.error_date");
  return reading.wanted === "integer" ? t("capture.error_decimals_none") : t("capture.error_number");
}
