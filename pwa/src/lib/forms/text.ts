/** Texts that are stored in one form: INS names and telephone numbers (`docs/forms.md`, Text rules). */
import type { Question } from "./form";
import { type InsRefusal, normaliseInsName, refuseInsName } from "./ins";

const PHONE = /^(0[1-9]\d{8}|\+[1-9]\d{7,14})$/;

type TextRule = NonNullable<Question["textRule"]>;

/** Why a text breaks its rule. */
export type TextRefusal = InsRefusal | "phone";

/** `typed` as it is stored under `rule`; only trimmed when there is none. */
export function normaliseText(typed: string, rule: TextRule | undefined): string {
  if (rule === undefined) return typed.trim();
  return rule === "phone" ? normalisePhone(typed) : normaliseInsName(typed);
}

/** Why the stored `text` breaks `rule`; null when it does not. A blank text always breaks, and one that is not normalised. */
export function refuseText(text: string, rule: TextRule | undefined): TextRefusal | null {
  if (text.trim() === "") return "empty";
  if (rule === undefined) return null;
  const normalised = normaliseText(text, rule) === text;
  if (rule === "phone") return normalised && PHONE.test(text) ? null : "phone";
  return refuseInsName(text, rule) ?? (normalised ? null : "character");
}

function normalisePhone(typed: string): string {
  return typed
    .trim()
    .replace(/\p{Zs}|[./-]|\(0\)/gu, "")
    .replace(/^00/, "+")
    .replace(/^\+33(?=\d{9}$)/, "0");
}
