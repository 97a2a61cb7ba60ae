/** A form as the tablet works with it: the `docs/forms.md` subset of a FHIR R4 Questionnaire, typed and indexed. */
import type { Coding } from "./answers";

/** A text in French, and in English where the form has it. */
export interface Localised {
  readonly fr: string;
  readonly en?: string;
}

/** Who may see an answer; inherited by the items below. */
export type ItemClass = "administrative" | "identity" | "clinical" | "sensitive";

/** The type of an item that is answered. */
export type QuestionType =
  "string" | "text" | "integer" | "decimal" | "quantity" | "date" | "boolean" | "choice" | "attachment";

/**
 * How a question is drawn, when the form says so: a choice, a number on a slider, seconds by a stopwatch, a side of the
 * body, the curves of a spirometer's file.
 */
export type ItemControl =
  | "radio-button"
  | "check-box"
  | "drop-down"
  | "autocomplete"
  | "slider"
  | "stopwatch"
  | "body-side"
  | "spirometer-file";

/** What a form is for: a record of a person; something about a visit that others identify; answers of nobody. */
export type FormUse = "record" | "act" | "anonymous";

/** How a result is drawn on the person's page, never by colour alone. */
export type Tone = "good" | "watch" | "alert" | "unknown";

/** The table in which a choice is searched, besides its own options. */
export type Lookup = "insee-commune" | "insee-birth-place";

/** One `enableWhen`: the item shows when `question` compares so to `answer`. */
export interface Condition {
  readonly question: string;
  readonly operator: "exists" | "=" | "!=";
  readonly answer: boolean | string | number | Coding;
}

/** One possible answer of a choice. An exclusive one unchooses the others; an initial one is what a capture starts with. */
export interface Option {
  readonly coding: Coding;
  readonly label: Localised;
  /** The same in plain words, for the person's own view and page. */
  readonly personText?: Localised;
  readonly tone?: Tone;
  /** linkId of the result that the professional sets aside by choosing it. */
  readonly setsAside?: string;
  readonly exclusive: boolean;
  readonly initial: boolean;
}

/** Inclusive limits: outside `min`–`max` is refused, outside `softMin`–`softMax` is asked to be confirmed. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly softMin?: number;
  readonly softMax?: number;
}

/** A unit in which people also speak: a value typed from `from` to `to` is proposed as value × factor. */
export interface EntryUnit {
  readonly label: string;
  readonly factor: number;
  readonly from: number;
  readonly to: number;
}

/** A rule across answers, broken when `expression` is false. */
export interface Constraint {
  readonly key: string;
  readonly severity: "error" | "warning";
  readonly expression: string;
  readonly human: Localised;
}

/** The functions that FHIRPath cannot say (`docs/forms.md`, Named functions). */
export type FunctionName = "gli" | "spirometry-grade" | "spirometry-best" | "spirometry-count" | "age-years";

/** What a named function is given: the values of a question placed before, or a code that the form writes. */
export type Argument =
  { readonly name: string; readonly link: string } | { readonly name: string; readonly code: string };

/** A named function and its arguments, in the order of the form: several may have one name. */
export interface FunctionCall {
  readonly name: FunctionName;
  readonly arguments: readonly Argument[];
}

/** How a value is computed rather than typed. */
export type Calculation =
  | { readonly kind: "expression"; readonly expression: string }
  | { readonly kind: "function"; readonly call: FunctionCall }
  | { readonly kind: "distance-to-stop-km" };

/** The rule of a calculated result in words, and where it comes from: shown beside it. */
export interface Rule {
  readonly text: Localised;
  readonly source: string;
}

/** A group that opens only so many seconds after `since` was first answered; the form goes on meanwhile. */
export interface Delay {
  readonly since: string;
  readonly seconds: number;
}

/** Seconds between the first answers of two questions, measured by the tablet and never recomputed. */
export interface Elapsed {
  readonly since: string;
  readonly until: string;
}

/** Where the first answer of a question comes from (`sdc-questionnaire-initialExpression`). */
export type StartingPoint =
  | { readonly from: "roster"; readonly field: string }
  | { readonly from: "theme" }
  | { readonly from: "fact"; readonly linkId: string; readonly part: "value" | "day" };

interface Common {
  readonly linkId: string;
  readonly label: Localised;
  /** The same in plain words, for the person's own view and page. */
  readonly personText?: Localised;
  readonly itemClass: ItemClass;
  readonly hidden: boolean;
  readonly conditions: readonly Condition[];
  readonly behavior: "all" | "any";
  /** FHIRPath in the place of conditions: asked when it yields exactly `true`. */
  readonly enableExpression?: string;
  /** linkId of the group it is in; null for a section. */
  readonly parent: string | null;
  /** linkId of the top-level group it is in. */
  readonly section: string;
}

/** A section (top level: one screen) or a titled block. */
export interface Group extends Common {
  readonly type: "group";
  readonly children: readonly Item[];
  /** Drawn as a table: its groups are the rows, their questions the columns (`./grid`). */
  readonly grid: boolean;
  readonly delay?: Delay;
}

/** A text to read; an urgent one is an alert, announced at once. */
export interface Display extends Common {
  readonly type: "display";
  readonly urgent: boolean;
}

/** An item that is answered. */
export interface Question extends Common {
  readonly type: QuestionType;
  /** The heading of its column, in a row of a grid. */
  readonly short?: Localised;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly readOnly: boolean;
  /** Whether the four absences are offered. */
  readonly absences: boolean;
  /** The last answer is shown at the next visit, to be confirmed. */
  readonly carried: boolean;
  /** The last answer goes into the person's summary, to be compared: it is not offered. */
  readonly remembered: boolean;
  /** The last answer that a member gave at a stop that day is what their next record there starts with. */
  readonly keptForTheDay: boolean;
  /** linkId of the choice placed before whose answer it belongs to: it is kept with that answer only. */
  readonly keptWith?: string;
  /** The campaign may set another value than the one a capture starts from (wire §4.1). */
  readonly setting: boolean;
  /** What a capture starts from, on a number or a boolean; a choice has its initial options. */
  readonly initial?: number | boolean;
  /** Answered yes, the record is restricted (wire §2.3). */
  readonly restricts: boolean;
  readonly maxLength?: number;
  /** How many values a repeating question may hold. */
  readonly maxOccurs?: number;
  readonly maxDecimals?: number;
  readonly limits: Limits;
  readonly unit?: Coding;
  readonly entryUnits: readonly EntryUnit[];
  /** linkId of the question that takes the second number of `13/8`. */
  readonly entryPair?: string;
  readonly options: readonly Option[];
  readonly control?: ItemControl;
  readonly lookup?: Lookup;
  readonly textRule?: "ins-name" | "ins-first-name" | "phone";
  readonly yearRule?: "birth-year";
  readonly dateRule?: "birth-date" | "not-before-visit";
  readonly constraints: readonly Constraint[];
  readonly calculation?: Calculation;
  /** Of a calculated result: the rule in words. */
  readonly rule?: Rule;
  /** linkId of the choice by which the professional validates the result or sets it aside. */
  readonly reviewedBy?: string;
  /** A result on the person's page. */
  readonly personResult: boolean;
  /** Its answer is a line of the person's page, under these words. */
  readonly personLine?: Localised;
  /** Of a calculated result: linkId of the same result the last time. */
  readonly comparedWith?: string;
  readonly elapsed?: Elapsed;
  readonly startsFrom?: StartingPoint;
}

/** One item of a form. */
export type Item = Group | Display | Question;

/** A published form version. */
export interface Form {
  readonly url: string;
  readonly version: string;
  readonly use: FormUse;
  readonly title: Localised;
  readonly sections: readonly Group[];
  readonly items: ReadonlyMap<string, Item>;
  /** The questions, in the order of the form. */
  readonly questions: readonly Question[];
}

/** The field of the roster entry that `question` starts from; undefined when it starts from none. */
export function rosterField({ startsFrom }: Question): string | undefined {
  return startsFrom?.from === "roster" ? startsFrom.field : undefined;
}

/** Whether `item` is answered. */
export function isQuestion(item: Item | undefined): item is Question {
  return item !== undefined && item.type !== "group" && item.type !== "display";
}

/** Every item under `group`, in order, itself excluded. */
export function descendants(group: Group): readonly Item[] {
  return group.children.flatMap((item) => (item.type === "group" ? [item, ...descendants(item)] : [item]));
}

/** The questions of a section, blocks opened, in order. */
export function questionsOf(group: Group): readonly Question[] {
  return descendants(group).filter(isQuestion);
}

/** `text` in `language`, in French where the form does not speak it. */
export function spoken(text: Localised, language: "fr" | "en"): string {
  return language === "en" ? (text.en ?? text.fr) : text.fr;
}
