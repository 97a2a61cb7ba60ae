/**
 * Time in a form being filled: delayed groups, seconds between two answers, stopwatches (`docs/forms.md`).
 *
 * What must survive a veil, a reload or a flat battery is an instant, never a running timer. Every answer keeps when it
 * was first given (`firstAt`); a running stopwatch is an entry of its question, which is no answer and keeps the record
 * from being signed. No clock here: `now_ms` is milliseconds since 1970, by the tablet's.
 */
import { type Answer, type Answers, without } from "./answers";
import { descendants, type Form, type Group, isQuestion, type Item, type Question } from "./form";
import { refuseNumber } from "./limits";
import { roundHalfUp } from "./numbers";

const RUNNING = "@stopwatch ";

/** What holds answers: a form being filled, or what is settled of it. */
interface Answered {
  readonly answers: Answers;
}

/** A delayed group: open, waiting so many whole seconds more, or waiting for `since` to be answered at all. */
export type DelayState =
  | { readonly kind: "open" }
  | { readonly kind: "waiting"; readonly left_s: number }
  | { readonly kind: "unbegun"; readonly since: string };

/** When `answer` was first given, RFC 3339: changing an answer does not make it a later one. */
export function firstGivenAt({ firstAt, at }: Answer): string {
  return firstAt ?? at;
}

/** When `linkId` was first answered, in ms; null when it was not. One that was taken back was not. */
export function firstAnswered(linkId: string, { answers }: Answered): number | null {
  const answer = answers[linkId];
  return answer === undefined ? null : Date.parse(firstGivenAt(answer));
}

/** How `group` stands at `now_ms`. What is not delayed is open. */
export function delayState({ delay }: Group, state: Answered, now_ms: number): DelayState {
  if (delay === undefined) return { kind: "open" };
  const since = firstAnswered(delay.since, state);
  if (since === null) return { kind: "unbegun", since: delay.since };
  const left_s = Math.ceil((since + delay.seconds * 1000 - now_ms) / 1000);
  // A clock set back must not make anybody wait longer than was ever asked.
  return left_s <= 0 ? { kind: "open" } : { kind: "waiting", left_s: Math.min(left_s, delay.seconds) };
}

/** The delayed groups of `form`, in its order. */
export function delayedGroups(form: Form): readonly Group[] {
  return [...form.items.values()].filter(isDelayed);
}

/** The delayed groups of `section`, which may be one itself, in the order of the form. */
export function delayedIn(section: Group): readonly Group[] {
  return [section, ...descendants(section)].filter(isDelayed);
}

function isDelayed(item: Item): item is Group {
  return item.type === "group" && item.delay !== undefined;
}

/** The questions of `group` to which the wait may be ended by saying why there is no answer. */
export function waitingQuestions(group: Group): readonly Question[] {
  return descendants(group)
    .filter(isQuestion)
    .filter(({ absences }) => absences);
}

/**
 * `answers`, just completed by the first answer to `linkId`, with the seconds that end with it (`escale:elapsed`).
 *
 * They are its author's, and stay as they were measured whatever is answered anew. Nothing is measured when the other
 * question is not answered, was answered later (the clock went back), or so long before that the limits refuse it.
 */
export function measuredWith(form: Form, answers: Answers, linkId: string): Answers {
  const ending = form.questions.filter(({ elapsed }) => elapsed?.until === linkId);
  return ending.reduce<Answers>((kept, question) => {
    if (kept[question.linkId] !== undefined) return kept;
    const answer = measured(question, kept);
    return answer === null ? kept : { ...kept, [question.linkId]: answer };
  }, answers);
}

function measured(question: Question, answers: Answers): Answer | null {
  const { since = "", until = "" } = question.elapsed ?? {};
  const from = firstAnswered(since, { answers });
  const to = firstAnswered(until, { answers });
  const last = answers[until];
  if (from === null || to === null || last === undefined) return null;
  const seconds = Math.floor((to - from) / 1000);
  if (!(seconds >= 0) || refuseNumber(question, seconds) === "hard-limit") return null;
  return { kind: "values", values: [seconds], by: last.by, at: last.at };
}

/** `answers`, from which `linkId` was just taken back, without what was measured with it. */
export function withoutMeasured(form: Form, answers: Answers, linkId: string): Answers {
  return form.questions
    .filter(({ elapsed }) => elapsed?.since === linkId || elapsed?.until === linkId)
    .reduce<Answers>((kept, question) => without(kept, question.linkId), answers);
}

/** Whether an entry is a running stopwatch. */
export function isRunning(entry: string | undefined): boolean {
  return entry?.startsWith(RUNNING) === true;
}

/** What an entry says while a stopwatch started at `at` (RFC 3339) runs. */
export function started(at: string): string {
  return RUNNING + at;
}

/** Seconds that a running stopwatch shows at `now_ms`, to the decimals of `question`; null when it does not run. */
export function stopwatchSeconds(
  { maxDecimals, type }: Question,
  entry: string | undefined,
  now_ms: number,
): number | null {
  if (entry === undefined || !isRunning(entry)) return null;
  const from = Date.parse(entry.slice(RUNNING.length));
  const decimals = type === "integer" ? 0 : (maxDecimals ?? 1);
  return Number.isNaN(from) ? null : roundHalfUp(Math.max(0, now_ms - from) / 1000, decimals);
}
