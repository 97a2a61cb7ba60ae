/** What is left to do before a form can be signed, section by section. */
import type { Entries } from "./answers";
import { type Form, type Group, type Question, questionsOf } from "./form";
import type { Pass } from "./pass";
import { delayedIn } from "./timing";
import type { Finding } from "./validate";

/**
 * Where a section stands: nothing answered; begun; everything required answered; something to correct or confirm.
 * A section where nothing is asked of this person is complete.
 */
export type SectionState = "untouched" | "begun" | "complete" | "faulty";

/** One section's progress; every list is in the order of the form. */
export interface SectionProgress {
  readonly section: Group;
  readonly state: SectionState;
  /** Required questions without an answer. */
  readonly missing: readonly Question[];
  /** Errors other than missing answers. */
  readonly errors: readonly Finding[];
  /** Warnings not confirmed yet. */
  readonly warnings: readonly Finding[];
  /** Questions whose field holds a text that is no answer. */
  readonly unread: readonly Question[];
  readonly answered: number;
  readonly asked: number;
  /** Its groups that open later, the section itself being one perhaps: `delayState` of `timing.ts` says when. */
  readonly delayed: readonly Group[];
}

/** One thing left to do before signing. */
export interface ToDo {
  readonly question: Question;
  readonly kind: "missing" | "unread" | "error" | "warning";
  /** The group around it that opens later; null when it does not wait. */
  readonly delayed: Group | null;
}

/** The progress of every section that is asked. `findings` are those of the settled answers. */
export function progress(
  form: Form,
  pass: Pass,
  findings: readonly Finding[],
  entries: Entries,
): readonly SectionProgress[] {
  return form.sections
    .filter((section) => pass.enabled.has(section.linkId) && !section.hidden)
    .map((section) => sectionProgress(section, pass, findings, entries));
}

function sectionProgress(
  section: Group,
  pass: Pass,
  findings: readonly Finding[],
  entries: Entries,
): SectionProgress {
  const all = questionsOf(section);
  const asked = all.filter((question) => pass.enabled.has(question.linkId) && isAnswerable(question));
  const inside = new Set(all.map((question) => question.linkId));
  const here = findings.filter((finding) => inside.has(finding.linkId));
  const unread = asked.filter((question) => question.linkId in entries);
  const isUnread = (linkId: string): boolean => unread.some((question) => question.linkId === linkId);
  const lacking = new Set(here.filter(({ code }) => code === "required").map(({ linkId }) => linkId));
  // Of all that is required, answerable or not: nothing prevents signing without being named.
  const missing = all.filter(({ linkId }) => lacking.has(linkId) && !isUnread(linkId));
  const errors = here.filter(({ severity, code }) => severity === "error" && code !== "required");
  const warnings = here.filter(({ severity }) => severity === "warning");
  const answered = asked.filter((question) => question.linkId in pass.settled).length;
  const certain = [...errors, ...warnings].filter(({ waiting }) => waiting !== true);
  const faulty =
    certain.length + unread.length > 0 || (missing.length === 0 && errors.length + warnings.length > 0);
  const touched = answered > 0 || asked.length === 0;
  const state = faulty ? "faulty" : !touched ? "untouched" : missing.length > 0 ? "begun" : "complete";
  const delayed = delayedIn(section).filter(({ linkId }) => pass.enabled.has(linkId));
  return { section, state, missing, errors, warnings, unread, answered, asked: asked.length, delayed };
}

/** Whether somebody answers `question` at all: what is calculated, measured or set beforehand is nobody's to do. */
function isAnswerable({ calculation, elapsed, setting, hidden }: Question): boolean {
  return calculation === undefined && elapsed === undefined && !setting && !hidden;
}

/**
 * What is left to do, question by question in the order of the form, each once: where "jump to what is missing" goes.
 * What waits for its time comes in its place, for the screen to pass over until then.
 */
export function toDo(form: Form, sections: readonly SectionProgress[]): readonly ToDo[] {
  const kinds = new Map<string, ToDo["kind"]>();
  for (const { missing, unread, errors, warnings } of sections) {
    for (const { linkId } of warnings) kinds.set(linkId, "warning");
    for (const { linkId } of errors) kinds.set(linkId, "error");
    for (const { linkId } of missing) kinds.set(linkId, "missing");
    for (const { linkId } of unread) kinds.set(linkId, "unread");
  }
  const waits = new Map(
    sections.flatMap(({ delayed }) =>
      delayed.flatMap((group) => questionsOf(group).map(({ linkId }) => [linkId, group] as const)),
    ),
  );
  return form.questions.flatMap((question) => {
    const kind = kinds.get(question.linkId);
    const delayed = waits.get(question.linkId) ?? null;
    return kind === undefined ? [] : [{ question, kind, delayed }];
  });
}
