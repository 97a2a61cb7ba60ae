/** A record as rows to read — section, label, value with unit or stated absence — and the difference of two records. */
import type { AbsentReason, Answer, Answers, Value } from "./answers";
import { isCoding, isPhoto, isQuantity, valuesOf } from "./answers";
import type { Photo } from "./attachment";
import { settingsRead } from "./calculate";
import { gridAround, headingOf } from "./grid";
import { defined } from "./json";
import { decimalsOf } from "./numbers";
import { type ReviewWord, reviewOf, setAsideReasons } from "./review";
import {
  type Form,
  type Group,
  type Item,
  type ItemClass,
  type Question,
  questionsOf,
  spoken,
  type Tone,
} from "./form";

/** How values are worded; passed in, since the engine has no catalogue of its own. */
export interface Wording {
  readonly language: "fr" | "en";
  readonly yes: string;
  readonly no: string;
  /** With exactly `decimals` places when they are given. */
  readonly number: (value: number, decimals?: number) => string;
  readonly date: (iso: string) => string;
}

/** What stands in the place of an answer: values, a stated absence, or nothing recorded. */
export type Shown =
  | {
      readonly kind: "values";
      readonly texts: readonly string[];
      readonly photos?: readonly Photo[];
      /** The curves of a spirometer's file, as the record keeps them (`docs/forms.md`, Curves). */
      readonly curves?: string;
    }
  | { readonly kind: "absent"; readonly reason: AbsentReason }
  | { readonly kind: "unanswered" };

/** A place in the table that the form draws a group as. */
export interface Cell {
  /** linkIds of the table and of the row, with their titles. */
  readonly grid: string;
  readonly caption: string;
  readonly row: string;
  readonly title: string;
  readonly heading: string;
}

/** One question and what was answered. */
export interface Row {
  readonly linkId: string;
  /** Title of the block inside the section, when there is one. */
  readonly block?: string;
  readonly label: string;
  /** Where it stands in a table (`./grid`); absent when it stands in none. */
  readonly cell?: Cell;
  readonly itemClass: ItemClass;
  readonly shown: Shown;
  /** The member who answered; absent when nobody did. */
  readonly by?: string;
  readonly typedAs?: string;
  /** The day of the earlier answer that was confirmed, `YYYY-MM-DD`. */
  readonly carriedFrom?: string;
  readonly confirmed: boolean;
  readonly calculated: boolean;
  /** How a calculated result stands, by its option. */
  readonly tone?: Tone;
  /** Of a calculated result: the rule in words, and its source. */
  readonly rule?: { readonly text: string; readonly source: string };
  /** The settings that the calculation read, with the values in force. */
  readonly settings: readonly { readonly label: string; readonly value: string }[];
  /** What the professional said of the result (`escale:reviewed-by`); absent while nothing is said. */
  readonly review?: ReviewWord;
  /** Why it was set aside, in the professional's words. */
  readonly setAsideBecause?: string;
}

/** The rows of one section. */
export interface RowSection {
  readonly linkId: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Every question of `enabled`, in the order of the form; sections without any are left out. */
export function rows(
  form: Form,
  answers: Answers,
  enabled: ReadonlySet<string>,
  wording: Wording,
): readonly RowSection[] {
  return form.sections
    .map((section) => ({
      linkId: section.linkId,
      title: spoken(section.label, wording.language),
      rows: questionsOf(section)
        .filter((question) => enabled.has(question.linkId) && !question.hidden)
        .map((question) => row(form, section, question, answers, wording)),
    }))
    .filter((section) => section.rows.length > 0);
}

function row(form: Form, section: Group, question: Question, answers: Answers, wording: Wording): Row {
  const given = answers[question.linkId];
  const parent: Item | undefined = question.parent === null ? undefined : form.items.get(question.parent);
  const block =
    parent !== undefined && parent !== section ? spoken(parent.label, wording.language) : undefined;
  return {
    linkId: question.linkId,
    ...(block === undefined ? {} : { block }),
    label: spoken(question.label, wording.language),
    itemClass: question.itemClass,
    shown: shown(question, given, wording),
    ...(given ? { by: given.by } : {}),
    ...(given?.kind === "values" && given.typedAs !== undefined ? { typedAs: given.typedAs } : {}),
    ...(given?.carriedFrom === undefined ? {} : { carriedFrom: given.carriedFrom }),
    confirmed: given?.kind === "values" && given.confirmed === true,
    calculated: question.calculation !== undefined,
    settings: settingsInForce(form, question, answers, wording),
    ...defined({
      cell: cellOf(form, question, wording),
      tone: toneOf(question, given),
      rule: ruleOf(question, wording),
      review: reviewOf(form, question, answers),
      setAsideBecause: reasonOf(form, question, answers, wording),
    }),
  };
}

function cellOf(form: Form, question: Question, { language }: Wording): Cell | undefined {
  const around = gridAround(form, question);
  return (
    around?.grid && {
      grid: around.grid.linkId,
      caption: spoken(around.grid.label, language),
      row: around.row.linkId,
      title: spoken(around.row.label, language),
      heading: headingOf(question, language),
    }
  );
}

/** What the calculation of `question` was set to: label and value of each setting that it reads and that has one. */
export function settingsInForce(
  form: Form,
  question: Question,
  answers: Answers,
  wording: Wording,
): Row["settings"] {
  return settingsRead(question, form).flatMap((setting) => {
    const [value] = valuesOf(answers[setting.linkId]);
    if (value === undefined) return [];
    return [{ label: spoken(setting.label, wording.language), value: display(setting, value, wording) }];
  });
}

function toneOf({ calculation, options }: Question, given: Answer | undefined): Tone | undefined {
  const [value] = valuesOf(given);
  if (calculation === undefined || !isCoding(value)) return undefined;
  return options.find(({ coding }) => coding.code === value.code)?.tone;
}

/** What was answered to the questions that are asked because the result was set aside. */
function reasonOf(form: Form, question: Question, answers: Answers, wording: Wording): string | undefined {
  const said = setAsideReasons(form, question, answers).flatMap((reason) =>
    valuesOf(answers[reason.linkId]).map((value) => display(reason, value, wording)),
  );
  return said.length === 0 ? undefined : said.join(" – ");
}

function ruleOf({ rule }: Question, { language }: Wording): Row["rule"] {
  return rule && { text: spoken(rule.text, language), source: rule.source };
}

function shown(question: Question, given: Answer | undefined, wording: Wording): Shown {
  if (!given) return { kind: "unanswered" };
  if (given.kind === "absent") return { kind: "absent", reason: given.reason };
  const photos = given.values.filter(isPhoto);
  const [curves] = question.control === "spirometer-file" ? given.values : [];
  return {
    kind: "values",
    texts: given.values.map((value) => display(question, value, wording)),
    ...(photos.length > 0 ? { photos } : {}),
    ...(typeof curves === "string" ? { curves } : {}),
  };
}

/** One value in words, with its unit. */
export function display(question: Question, value: Value, wording: Wording): string {
  if (isCoding(value)) {
    const option = question.options.find(({ coding }) => coding.code === value.code);
    return option ? spoken(option.label, wording.language) : (value.display ?? value.code);
  }
  if (question.control === "spirometer-file" && typeof value === "string") return curvesText(value);
  if (isPhoto(value)) return `Photo (${wording.number(value.width)} × ${wording.number(value.height)})`;
  if (isQuantity(value)) return `${written(question, value.value, wording)}\u202f${value.unit}`;
  if (typeof value === "boolean") return value ? wording.yes : wording.no;
  if (typeof value === "number") {
    const unit = question.unit?.display ?? question.unit?.code;
    const number = written(question, value, wording);
    return unit === undefined ? number : `${number}\u202f${unit}`;
  }
  return question.type === "date" ? wording.date(value) : value;
}

/**
 * A number with the item's decimals, `0,70`: 2,1 beside 2,10 would seem measured otherwise. What was typed with more is
 * not rounded; what was calculated is.
 */
export function written(question: Question, value: number, { number }: Pick<Wording, "number">): string {
  const { calculation, maxDecimals, setting, type } = question;
  if (maxDecimals === undefined || type === "integer") return number(value);
  const rounded = calculation !== undefined || setting;
  return number(value, rounded ? maxDecimals : Math.max(maxDecimals, decimalsOf(value)));
}

/** `3 × EasyOne`: how many curves a device's file holds, and which device; drawing them is the screen's. */
function curvesText(json: string): string {
  try {
    const { trials, device } = JSON.parse(json) as { trials?: unknown; device?: unknown };
    const count = Array.isArray(trials) ? trials.length : 0;
    return typeof device === "string" && device !== "" ? `${count}\u00a0×\u00a0${device}` : String(count);
  } catch {
    return json;
  }
}

/** One question answered differently by two records. */
export interface Difference {
  readonly linkId: string;
  readonly section: string;
  readonly label: string;
  readonly before: Shown;
  readonly after: Shown;
}

/** The rows that changed from one record to the one that replaces it, in the order of the second. */
export function difference(
  before: readonly RowSection[],
  after: readonly RowSection[],
): readonly Difference[] {
  const old = flatten(before);
  const fresh = flatten(after);
  const nothing: Shown = { kind: "unanswered" };
  const changed = [...fresh.values()].map(({ section, row: { linkId, label, shown: now } }) => ({
    linkId,
    section,
    label,
    before: old.get(linkId)?.row.shown ?? nothing,
    after: now,
  }));
  const gone = [...old.values()]
    .filter(({ row: { linkId } }) => !fresh.has(linkId))
    .map(({ section, row: { linkId, label, shown: was } }) => ({
      linkId,
      section,
      label,
      before: was,
      after: nothing,
    }));
  return [...changed, ...gone].filter((each) => !same(each.before, each.after));
}

function flatten(sections: readonly RowSection[]): Map<string, { section: string; row: Row }> {
  return new Map(
    sections.flatMap(({ title, rows: inside }) =>
      inside.map((each) => [each.linkId, { section: title, row: each }] as const),
    ),
  );
}

function same(one: Shown, other: Shown): boolean {
  if (one.kind === "values" && other.kind === "values") {
    // Other curves of the same device, as many, are worded alike.
    if (one.curves !== other.curves) return false;
    return one.texts.length === other.texts.length && one.texts.every((text, i) => text === other.texts[i]);
  }
  if (one.kind === "absent" && other.kind === "absent") return one.reason === other.reason;
  return one.kind === other.kind;
}

/** The label of any item, in the language of `wording`; the linkId of one the form does not have. */
export function labelOf(form: Form, linkId: string, wording: Pick<Wording, "language">): string {
  const item = form.items.get(linkId);
  return item ? spoken(item.label, wording.language) : linkId;
}
