/** Which items are asked: `enableWhen`, with the meaning of `docs/forms.md`, One pass. */
import type { Value } from "./answers";
import { isCoding, isQuantity, sameCoding } from "./answers";
import type { Condition, Item } from "./form";

/** The values of an enabled question placed before; none when disabled, absent or missing. */
export type ValuesBefore = (linkId: string) => readonly Value[];

/**
 * Whether `item` is asked, its group being so.
 *
 * | operator | no value | values |
 * |---|---|---|
 * | `exists` true | false | true |
 * | `=` | false | one of them is equal |
 * | `!=` | false | none of them is equal |
 */
export function isEnabled(item: Item, valuesBefore: ValuesBefore): boolean {
  if (item.conditions.length === 0) return true;
  const holds = (condition: Condition): boolean => meets(condition, valuesBefore(condition.question));
  return item.behavior === "any" ? item.conditions.some(holds) : item.conditions.every(holds);
}

function meets(condition: Condition, values: readonly Value[]): boolean {
  if (condition.operator === "exists") return values.length > 0 === condition.answer;
  const equal = values.some((value) => equals(value, condition.answer));
  return condition.operator === "=" ? equal : values.length > 0 && !equal;
}

function equals(value: Value, wanted: Condition["answer"]): boolean {
  if (isCoding(value)) return typeof wanted === "object" && sameCoding(value, wanted);
  return isQuantity(value) ? value.value === wanted : value === wanted;
}
