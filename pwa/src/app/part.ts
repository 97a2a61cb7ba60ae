/** Which part of a visit a member writes: the one chosen last, for the rest of the day. */
import type { Answer, Answers, Author, Form } from "$lib/forms";
import { isCoding, valuesOf } from "$lib/forms";
import { isQuestion } from "$lib/forms/form";
import type { Store } from "$lib/store/database";
import { readSetting, writeSetting } from "$lib/store/settings";
import { PART } from "./prefill";

const SETTING = "parts-of-the-day";

interface PartsOfTheDay {
  readonly date: string;
  /** Code of the part by member. */
  readonly parts: Readonly<Record<string, string>>;
}

/** The part that `answers` state, or `null`. */
export function partOf(answers: Answers): string | null {
  const [value] = valuesOf(answers[PART]);
  return isCoding(value) ? value.code : null;
}

/** The part that goes with what a teammate already signed of the visit; `null` when theirs says nothing of it. */
export function otherPart(theirs: string | null): string | null {
  if (theirs === "reception") return "medical";
  return theirs === "medical" ? "reception" : null;
}

/** The part `member` chose last on `today`, or `null`. */
export async function rememberedPart(store: Store, today: string, member: string): Promise<string | null> {
  const { date, parts } = await readSetting(store, SETTING, read);
  return date === today ? (parts[member] ?? null) : null;
}

/** Remember for the rest of `today` what `member` chose. */
export async function rememberPart(store: Store, today: string, member: string, part: string): Promise<void> {
  const { date, parts } = await readSetting(store, SETTING, read);
  const kept = date === today ? parts : {};
  if (kept[member] !== part) {
    await writeSetting(store, SETTING, { date: today, parts: { ...kept, [member]: part } });
  }
}

/** `part` as the answer to the question that asks for it; nothing when the form has no such question or part. */
export function partAnswer(form: Form, part: string | null, author: Author): Record<string, Answer> {
  const question = form.items.get(PART);
  if (part === null || !isQuestion(question)) return {};
  const option = question.options.find(({ coding }) => coding.code === part);
  return option === undefined ? {} : { [PART]: { kind: "values", values: [option.coding], ...author } };
}

function read(value: unknown): PartsOfTheDay {
  const { date, parts } = (
    typeof value === "object" && value !== null ? value : {}
  ) as Partial<PartsOfTheDay>;
  return { date: date ?? "", parts: parts ?? {} };
}
