/**
 * Time in a form being filled: delayed groups, seconds between two answers, stopwatches (`docs/forms.md`).
 *
 * What must survive a veil, a reload or a flat battery is an instant, never a running timer. Instants are kept with the
 * draft's entries: under `@<linkId>` when a question was first answered, under the question itself while its stopwatch
 * runs. None of them is an answer: `@` begins no linkId, and a running stopwatch keeps the record from being signed.
 */
import type { Author, Entries } from "./answers";
import { valuesOf, without } from "./answers";
import type { Filling } from "./edit";
import { type Form, type Group, isQuestion, type Question } from "./form";
import { roundHalfUp } from "./numbers";

const RUNNING = "@stopwatch ";

/** A delayed group: open, waiting so many whole seconds more, or waiting for `since` to be answered at all. */
export type DelayState =
  | { readonly kind: "open" }
  | { readonly kind: "waiting"; readonly left_s: number }
  | { readonly kind: "unbegun"; readonly since: string };

/**
 * `after` with what time asks to be kept: when watched questions were first answered, and the seconds between two of
 * them. An answer that was taken back is forgotten; one that was only changed keeps its first instant.
 */
export function timed(form: Form, before: Filling, after: Filling, author: Author): Filling {
  const watched = watchedQuestions(form);
  if (watched.size === 0) return after;
  const entries = [...watched].reduce<Entries>((kept, linkId) => {
    const answer = after.answers[linkId];
    if (answer === undefined) return without(kept, mark(linkId));
    if (mark(linkId) in kept) return kept;
    // Answered before it was watched (a draft begun elsewhere): what the answer itself says.
    return { ...kept, [mark(linkId)]: before.answers[linkId]?.at ?? author.at };
  }, after.entries);
  return measured(form, { ...after, entries }, author);
}

function mark(linkId: string): string {
  return `@${linkId}`;
}

function watchedQuestions(form: Form): ReadonlySet<string> {
  const groups = [...form.items.values()].flatMap((item) =>
    item.type === "group" && item.delay ? [item.delay.since] : [],
  );
  const spans = form.questions.flatMap(({ elapsed }) => (elapsed ? [elapsed.since, elapsed.until] : []));
  return new Set([...groups, ...spans]);
}

function measured(form: Form, state: Filling, author: Author): Filling {
  return form.questions.reduce<Filling>((now, { linkId, elapsed }) => {
    if (elapsed === undefined) return now;
    const seconds = between(now.entries, elapsed.since, elapsed.until);
    const [held] = valuesOf(now.answers[linkId]);
    if (held === (seconds ?? undefined)) return now;
    return seconds === null
      ? { ...now, answers: without(now.answers, linkId) }
      : { ...now, answers: { ...now.answers, [linkId]: { kind: "values", values: [seconds], ...author } } };
  }, state);
}

/** Whole seconds from one first answer to the other; null when one lacks, or when the clock went back between them. */
function between(entries: Entries, since: string, until: string): number | null {
  const from = instant(entries[mark(since)]);
  const to = instant(entries[mark(until)]);
  return from === null || to === null || to < from ? null : Math.round((to - from) / 1000);
}

function instant(written: string | undefined): number | null {
  const read = written === undefined ? NaN : Date.parse(written);
  return Number.isNaN(read) ? null : read;
}

/** When `linkId` was first answered, in ms of the tablet's clock; null when it was not. */
export function firstAnswered(linkId: string, { answers, entries }: Filling): number | null {
  const answer = answers[linkId];
  return answer === undefined ? null : instant(entries[mark(linkId)] ?? answer.at);
}

/** How `group` stands at `now_ms`. What is not delayed is open. */
export function delayState({ delay }: Group, state: Filling, now_ms: number): DelayState {
  if (delay === undefined) return { kind: "open" };
  const since = firstAnswered(delay.since, state);
  if (since === null) return { kind: "unbegun", since: delay.since };
  const left_s = Math.ceil((since + delay.seconds * 1000 - now_ms) / 1000);
  // A clock set back must not make anybody wait longer than was ever asked.
  return left_s <= 0 ? { kind: "open" } : { kind: "waiting", left_s: Math.min(left_s, delay.seconds) };
}

/** The delayed groups of `form`, in its order. */
export function delayedGroups(form: Form): readonly Group[] {
  return [...form.items.values()].filter((item): item is Group => item.type === "group" && !!item.delay);
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
  if (!isRunning(entry)) return null;
  const from = instant(entry?.slice(RUNNING.length));
  const decimals = type === "integer" ? 0 : (maxDecimals ?? 1);
  return from === null ? null : roundHalfUp(Math.max(0, now_ms - from) / 1000, decimals);
}

/** The questions of `group` to which the wait may be ended by saying why there is no answer. */
export function waitingQuestions(group: Group): readonly Question[] {
  return group.children.flatMap((item) =>
    item.type === "group" ? waitingQuestions(item) : isQuestion(item) && item.absences ? [item] : [],
  );
}
