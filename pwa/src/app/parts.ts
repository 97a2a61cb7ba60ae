/**
 * The parts of a visit (docs/forms.md): one record holds it whole, or several hands write a part each.
 *
 * Which parts go together is told by the codes that a form offers under `identity.part`: nothing here knows a form.
 */
import type { Form } from "$lib/forms";
import { isQuestion } from "$lib/forms/form";
import { ENDED } from "$lib/record/coded";
import { PART } from "./prefill";
import type { Hands } from "./steps";

/** The code of a record that holds the whole visit. */
export const COMPLETE = "complete";

/** A part that somebody has to sign before the visit is done. */
export type NeededPart = "reception" | "medical" | "request" | "closing" | "station";

/** How the parts of one form follow one another. */
export interface Course {
  /** Those without which the visit is not done, in their order; the first one opens the visit. */
  readonly needed: readonly NeededPart[];
  /** Written by the doctor when the doctor is a member: a remote one answers through a link instead. */
  readonly ofDoctor: readonly string[];
  /** May be written several times over: each station of a stand is one. */
  readonly repeated: readonly string[];
}

/** The first whose codes a form all offers is its course. */
const COURSES: readonly Course[] = [
  { needed: ["request", "closing"], ofDoctor: ["medical"], repeated: [] },
  { needed: ["reception", "station"], ofDoctor: [], repeated: ["station"] },
  { needed: ["reception", "medical"], ofDoctor: [], repeated: [] },
];

/** The course of `form`, or `null` of a form whose records each hold a whole visit. */
export function courseOf(form: Form): Course | null {
  const question = form.items.get(PART);
  if (!isQuestion(question)) return null;
  const codes = new Set(question.options.map(({ coding }) => coding.code));
  const offered = ({ needed, ofDoctor }: Course): boolean =>
    [...needed, ...ofDoctor].every((part) => codes.has(part));
  return COURSES.find(offered) ?? null;
}

/** What is missing of a visit, given the parts that are signed: nothing when it is whole. */
export function missingParts(course: Course | null, signed: readonly string[]): readonly NeededPart[] {
  if (course === null || signed.includes(COMPLETE) || signed.includes(ENDED)) return [];
  return course.needed.filter((part) => !signed.includes(part));
}

/**
 * The part that whoever is at work writes, given those that are signed; `null` when these say nothing of it, and it is
 * the person's own choice.
 */
export function nextPart(course: Course | null, signed: readonly string[], hands: Hands): string | null {
  if (course === null || signed.length === 0 || signed.includes(ENDED)) return null;
  const [opening] = course.needed;
  if (opening !== undefined && signed.includes(opening) && hands === "doctor") {
    const theirs = course.ofDoctor.find((part) => !signed.includes(part));
    if (theirs !== undefined) return theirs;
  }
  const [missing] = missingParts(course, signed);
  return missing ?? course.repeated[0] ?? null;
}
