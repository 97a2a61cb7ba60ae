/** Which part of a visit a member writes: the one chosen last in that form, for the rest of the day. */
import type { Answer, Answers, Author, Form } from "$lib/forms";
import { isCoding, valuesOf } from "$lib/forms";
import { isQuestion } from "$lib/forms/form";
import { CONSENT, ENDED, endsAct } from "$lib/record/coded";
import type { Store } from "$lib/store/database";
import { readSetting, writeSetting } from "$lib/store/settings";
import { PART } from "./prefill";

const SETTING = "parts-of-the-day";

interface PartsOfTheDay {
  readonly date: string;
  /** Code of the part by member and form. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Who writes what: the part of one form is nothing in another. */
export interface PartWriter {
  readonly member: string;
  /** Url of the form. */
  readonly form: string;
}

/** The part that `answers` state, or `null`. */
export function partOf(answers: Answers): string | null {
  return codeOf(answers, PART);
}

/** The part that a record of `answers` holds of its visit, `ENDED` when it ends the act, or `null`. */
export function partHeld(answers: Answers): string | null {
  return endsAct(codeOf(answers, CONSENT)) ? ENDED : partOf(answers);
}

function codeOf(answers: Answers, linkId: string): string | null {
  const [value] = valuesOf(answers[linkId]);
  return isCoding(value) ? value.code : null;
}

/** The part `writer` chose last on `today`, or `null`. */
export async function rememberedPart(
  store: Store,
  today: string,
  writer: PartWriter,
): Promise<string | null> {
  const { date, parts } = await readSetting(store, SETTING, read);
  return date === today ? (parts[keyOf(writer)] ?? null) : null;
}

/** Remember for the rest of `today` what `writer` chose. */
export async function rememberPart(
  store: Store,
  today: string,
  writer: PartWriter,
  part: string,
): Promise<void> {
  const { date, parts } = await readSetting(store, SETTING, read);
  const kept = date === today ? parts : {};
  const key = keyOf(writer);
  if (kept[key] !== part) {
    await writeSetting(store, SETTING, { date: today, parts: { ...kept, [key]: part } });
  }
}

/** `part` as the answer to the question that asks for it; nothing when the form has no such question or part. */
export function partAnswer(form: Form, part: string | null, author: Author): Record<string, Answer> {
  return codeAnswer(form, PART, part, author);
}

/** `code` as the answer to the choice `linkId`; nothing when the form has no such question or option. */
export function codeAnswer(
  form: Form,
  linkId: string,
  code: string | null,
  author: Author,
): Record<string, Answer> {
  const question = form.items.get(linkId);
  if (code === null || !isQuestion(question)) return {};
  const option = question.options.find(({ coding }) => coding.code === code);
  return option === undefined ? {} : { [linkId]: { kind: "values", values: [option.coding], ...author } };
}

function keyOf({ member, form }: PartWriter): string {
  return `${member} ${form}`;
}

function read(value: unknown): PartsOfTheDay {
  const { date, parts } = (
    typeof value === "object" && value !== null ? value : {}
  ) as Partial<PartsOfTheDay>;
  return { date: date ?? "", parts: parts ?? {} };
}
