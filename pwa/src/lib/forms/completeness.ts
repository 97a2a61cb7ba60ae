/** What is left to do before a form can be signed, section by section. */
import type { Entries } from "./answers";
import { type Form, type Group, type Question, questionsOf } from "./form";
import type { Pass } from "./pass";
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
  const asked = questionsOf(section).filter(
    (question) => pass.enabled.has(question.linkId) && !question.calculation && !question.hidden,
  );
  const inside = new Set(questionsOf(section).map((question) => question.linkId));
  const here = findings.filter((finding) => inside.has(finding.linkId));
  const unread = asked.filter((question) => question.linkId in entries);
  const isUnread = (linkId: string): boolean => unread.some((question) => question.linkId === linkId);
  const lacking = new Set(here.filter(({ code }) => code === "required").map(({ linkId }) => linkId));
  const missing = asked.filter(({ linkId }) => lacking.has(linkId) && !isUnread(linkId));
  const errors = here.filter(({ severity, code }) => severity === "error" && code !== "required");
  const warnings = here.filter(({ severity }) => severity === "warning");
  const answered = asked.filter((question) => question.linkId in pass.settled).length;
  const certain = [...errors, ...warnings].filter(({ waiting }) => waiting !== true);
  const faulty =
    certain.length + unread.length > 0 || (missing.length === 0 && errors.length + warnings.length > 0);
  const touched = answered > 0 || asked.length === 0;
  const state = faulty ? "faulty" : !touched ? "untouched" : missing.length > 0 ? "begun" : "complete";
  return { section, state, missing, errors, warnings, unread, answered, asked: asked.length };
}
