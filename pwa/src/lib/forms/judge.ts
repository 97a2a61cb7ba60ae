/** Everything there is to say of a form being filled, at once: for the screen that shows it and the one that signs it. */
import type { Author } from "./answers";
import type { Rules } from "./calculate";
import { progress, type SectionProgress } from "./completeness";
import type { Filling } from "./edit";
import { onePass, type Pass } from "./pass";
import { type Finding, validate } from "./validate";

/** A form being filled, judged. `pass.settled` is what would be signed. */
export interface Judgement {
  readonly pass: Pass;
  readonly findings: readonly Finding[];
  readonly sections: readonly SectionProgress[];
  /** Nothing missing, nothing wrong, nothing unread, every warning confirmed, and all rules were run. */
  readonly signable: boolean;
}

/** Judges `filling`. Answers to questions that are not asked any more are kept in the draft and left out here. */
export function judge(rules: Rules, { answers, entries }: Filling, author: Author): Judgement {
  const pass = onePass(rules, answers, author);
  const findings = validate(rules, pass.settled, pass);
  const sections = progress(rules.form, pass, findings, entries);
  const unread = sections.some((section) => section.unread.length > 0);
  return { pass, findings, sections, signable: findings.length === 0 && !unread && rules.evaluator !== null };
}
