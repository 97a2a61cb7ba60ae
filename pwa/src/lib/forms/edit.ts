/**
 * One person's actions on a form being filled: type, choose, state an absence, confirm, clear. Pure: state → state.
 *
 * Every action stamps its author on the answer, and takes back the confirmations that rested on the one before. What is
 * measured between two answers (`escale:elapsed`) is recorded with the second of them.
 */
import type { AbsentReason, Answer, Answers, Author, Coding, Entries, FormContext, Value } from "./answers";
import { isCoding, sameCoding, valuesOf, without } from "./answers";
import { linkIdsRead } from "./calculate";
import { type Proposal, readEntry } from "./entry";
import type { Form, Question } from "./form";
import { defined } from "./json";
import { quantity } from "./response";
import { firstGivenAt, measuredWith, withoutMeasured } from "./timing";

/** A form being filled: what a draft keeps. */
export interface Filling {
  readonly answers: Answers;
  readonly entries: Entries;
}

/** `typed` is what the field of `question` now holds. What cannot be read is kept as an entry, and answers nothing. */
export function type(
  form: Form,
  state: Filling,
  question: Question,
  typed: string,
  author: Author,
  context: FormContext,
): Filling {
  const reading = readEntry(question, typed, context);
  const { linkId } = question;
  if (reading.kind === "unreadable") {
    return { ...clear(form, state, question), entries: { ...state.entries, [linkId]: typed } };
  }
  if (reading.kind === "empty") return clear(form, state, question);
  const { value, typedAs } = reading;
  return put(form, state, linkId, {
    kind: "values",
    values: [value],
    ...author,
    ...(typedAs === undefined ? {} : { typedAs }),
  });
}

/** A text is being typed beside the answer — a search, one more value — and is kept until it is used or emptied. */
export function note(state: Filling, { linkId }: Question, typed: string): Filling {
  const others = without(state.entries, linkId);
  return { ...state, entries: typed.trim() === "" ? others : { ...others, [linkId]: typed } };
}

/** The values of `question` are now these; none clears it. */
export function answer(
  form: Form,
  state: Filling,
  question: Question,
  values: readonly Value[],
  author: Author,
): Filling {
  if (values.length === 0) return clear(form, state, question);
  return put(form, state, question.linkId, { kind: "values", values, ...author });
}

/**
 * The option `chosen` was tapped.
 *
 * A single choice is replaced; among several the tapped one is toggled, and an exclusive one stays alone.
 */
export function choose(
  form: Form,
  state: Filling,
  question: Question,
  chosen: Coding,
  author: Author,
): Filling {
  return answer(form, state, question, chosenAfter(question, state.answers[question.linkId], chosen), author);
}

function chosenAfter(question: Question, before: Answer | undefined, chosen: Coding): readonly Value[] {
  const codings = valuesOf(before).filter(isCoding);
  if (!question.repeats) return [chosen];
  if (codings.some((coding) => sameCoding(coding, chosen))) {
    return codings.filter((coding) => !sameCoding(coding, chosen));
  }
  const exclusive = (coding: Coding): boolean =>
    question.options.some((option) => option.exclusive && sameCoding(option.coding, coding));
  return exclusive(chosen) ? [chosen] : [...codings.filter((coding) => !exclusive(coding)), chosen];
}

/** There is no value, and this is why. */
export function stateAbsence(
  form: Form,
  state: Filling,
  question: Question,
  reason: AbsentReason,
  author: Author,
): Filling {
  return put(form, state, question.linkId, { kind: "absent", reason, ...author });
}

/** What an earlier visit knew: values, or a stated absence, and the day they were answered (`YYYY-MM-DD`). */
export type Carried = { readonly day: string } & (
  { readonly values: readonly Value[] } | { readonly absent: AbsentReason }
);

/** What an earlier visit knew still holds: `author` confirms it, and the answer keeps the day it comes from. */
export function confirmCarried(
  form: Form,
  state: Filling,
  { linkId }: Question,
  carried: Carried,
  author: Author,
): Filling {
  const carriedFrom = carried.day;
  const given: Answer =
    "absent" in carried
      ? { kind: "absent", reason: carried.absent, ...author, carriedFrom }
      : { kind: "values", values: carried.values, ...author, carriedFrom };
  return put(form, state, linkId, given);
}

/** The proposal was taken: what was typed is kept beside the values it became. */
export function accept(
  form: Form,
  state: Filling,
  typed: string,
  proposal: Proposal,
  author: Author,
): Filling {
  const typedAs = typed.trim();
  return proposal.changes.reduce<Filling>((before, { question, number }) => {
    const value = question.type === "quantity" ? quantity(question, number) : number;
    return put(form, before, question.linkId, { kind: "values", values: [value], ...author, typedAs });
  }, state);
}

/** The value of `linkId` is unusual and right. `value` is given for a calculated item, which nobody typed. */
export function confirm(state: Filling, linkId: string, author: Author, value?: Value): Filling {
  const before = state.answers[linkId];
  const recorded = before?.kind === "values" ? before : undefined;
  if (value === undefined && recorded === undefined) return state;
  const base = value === undefined ? recorded : { kind: "values" as const, values: [value], ...author };
  if (base === undefined) return state;
  return { ...state, answers: { ...state.answers, [linkId]: { ...base, confirmed: true } } };
}

/** `question` is not answered any more. */
export function clear(form: Form, state: Filling, { linkId }: Question): Filling {
  const kept = without(withdrawConfirmations(form, state.answers, linkId), linkId);
  return { answers: withoutMeasured(form, kept, linkId), entries: without(state.entries, linkId) };
}

/** `question`, which holds nothing, holds again what `kept` has of it; what it was confirmed beside may have changed. */
export function restore(form: Form, state: Filling, { linkId }: Question, kept: Filling): Filling {
  if (state.answers[linkId] !== undefined || state.entries[linkId] !== undefined) return state;
  const answer = kept.answers[linkId];
  const entry = kept.entries[linkId];
  const restored = answer === undefined ? state : put(form, state, linkId, unconfirmed(answer));
  return entry === undefined ? restored : { ...restored, entries: { ...restored.entries, [linkId]: entry } };
}

function put(form: Form, state: Filling, linkId: string, given: Answer): Filling {
  const before = state.answers[linkId];
  const answered = {
    ...withdrawConfirmations(form, state.answers, linkId),
    [linkId]: since(before, given),
  };
  return {
    answers: before === undefined ? measuredWith(form, answered, linkId) : answered,
    entries: without(state.entries, linkId),
  };
}

/** `given` in the place of `before`: it does not become a later answer for having been changed. */
function since(before: Answer | undefined, given: Answer): Answer {
  const firstAt = before === undefined ? given.at : firstGivenAt(before);
  return firstAt === given.at ? given : { ...given, firstAt };
}

/** A warning that read the old answer was confirmed for that answer only. */
function withdrawConfirmations(form: Form, answers: Answers, changed: string): Answers {
  const carriers = form.questions.filter(({ constraints }) =>
    constraints.some(({ expression }) => linkIdsRead(expression).includes(changed)),
  );
  return carriers.reduce<Answers>((kept, { linkId }) => {
    const carrier = kept[linkId];
    if (carrier?.kind !== "values" || carrier.confirmed === undefined) return kept;
    return { ...kept, [linkId]: unconfirmed(carrier) };
  }, answers);
}

/** `answer`, which nobody confirmed. */
export function unconfirmed(answer: Answer): Answer {
  if (answer.kind !== "values") return answer;
  const { values, by, at, firstAt, typedAs, carriedFrom } = answer;
  return { kind: "values", values, by, at, ...defined({ firstAt, typedAs, carriedFrom }) };
}
