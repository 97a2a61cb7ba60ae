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

/** How a choice is drawn, when the form says so. */
export type ItemControl = "radio-button" | "check-box" | "drop-down" | "autocomplete";

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

/** How a value is computed rather than typed. */
export type Calculation =
  { readonly kind: "expression"; readonly expression: string } | { readonly kind: "distance-to-stop-km" };

interface Common {
  readonly linkId: string;
  readonly label: Localised;
  readonly itemClass: ItemClass;
  readonly hidden: boolean;
  readonly conditions: readonly Condition[];
  readonly behavior: "all" | "any";
  /** linkId of the group it is in; null for a section. */
  readonly parent: string | null;
  /** linkId of the top-level group it is in. */
  readonly section: string;
}

/** A section (top level: one screen) or a titled block. */
export interface Group extends Common {
  readonly type: "group";
  readonly children: readonly Item[];
}

/** A text to read. */
export interface Display extends Common {
  readonly type: "display";
}

/** An item that is answered. */
export interface Question extends Common {
  readonly type: QuestionType;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly readOnly: boolean;
  /** Whether the four absences are offered. */
  readonly absences: boolean;
  /** The last answer is shown at the next visit, to be confirmed. */
  readonly carried: boolean;
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
  readonly dateRule?: "birth-date" | "not-before-visit";
  readonly constraints: readonly Constraint[];
  readonly calculation?: Calculation;
  /** The field of the roster entry it starts from. */
  readonly rosterField?: string;
}

/** One item of a form. */
export type Item = Group | Display | Question;

/** A published form version. */
export interface Form {
  readonly url: string;
  readonly version: string;
  readonly title: Localised;
  readonly sections: readonly Group[];
  readonly items: ReadonlyMap<string, Item>;
  /** The questions, in the order of the form. */
  readonly questions: readonly Question[];
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
