/** The texts of a form that cannot wait, and the emergency numbers that they name. */
import type { Display, Form } from "$lib/forms/form";

/** The urgent texts of `form`, asked or not. */
export function urgentTexts(form: Form): readonly Display[] {
  return [...form.items.values()].filter((item): item is Display => item.type === "display" && item.urgent);
}

/** 3114: suicide prevention; 15: SAMU; 112: Europe; 114: deaf people. As whole numbers, never as a quantity. */
const NUMBER =
  /(?<![\d.,/])(3114|112|114|15)(?![\d/]|[.,]\d|[\s\u00a0\u202f]*(?:%|°|min(?:utes?)?|h(?:eures?)?|s(?:econdes?|emaines?)?|j(?:ours?)?|ans?|mois|mmHg|kg|g|mg|ml|L|cm)(?![\p{L}]))/gu;

/** Each number once, in the order of the text. */
export function numbersToCall(text: string): readonly string[] {
  return [...new Set([...text.matchAll(NUMBER)].map(([, number = ""]) => number))];
}
