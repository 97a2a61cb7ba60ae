/** Whether an answer has the type its question wants: what does not counts as no value (`docs/forms.md`, Findings). */
import type { Answer, Value } from "./answers";
import { isCoding, isPhoto, isQuantity, sameValue, valuesOf } from "./answers";
import { isPossiblePhoto } from "./attachment";
import { isCivilDate } from "./dates";
import type { Question } from "./form";

/** Why the values of an answer count as none. */
export type IllTyped = "wrong-type" | "too-many-values";

/** Whether `value` is of the type `question` wants. */
export function hasType(question: Question, value: Value): boolean {
  switch (question.type) {
    case "string":
    case "text":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "decimal":
      return typeof value === "number" && Number.isFinite(value);
    case "quantity":
      return isQuantity(value) && Number.isFinite(value.value) && value.code === question.unit?.code;
    case "date":
      return typeof value === "string" && isCivilDate(value);
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return isCoding(value);
    case "attachment":
      return isPhoto(value) && isPossiblePhoto(value);
  }
}

/** What is wrong with the shape of `answer`, null when it counts. */
export function illTyped(question: Question, answer: Answer | undefined): IllTyped | null {
  const values = valuesOf(answer);
  if (!values.every((value) => hasType(question, value))) return "wrong-type";
  if (values.length > (question.repeats ? (question.maxOccurs ?? Infinity) : 1)) return "too-many-values";
  const twice = values.some((value, index) =>
    values.slice(0, index).some((before) => sameValue(before, value)),
  );
  return twice ? "too-many-values" : null;
}
