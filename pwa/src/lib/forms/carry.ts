/**
 * What earlier visits knew, offered to be confirmed (`escale:carried`, docs/forms.md).
 *
 * A fact answers nothing by itself: the question stays asked until somebody confirms the fact or answers anew. An
 * absence stated then — unknown, refused — is shown and never offered: it is asked again.
 */
import type { AbsentReason, Answers, FormContext } from "./answers";
import { type Carried, confirmCarried, type Filling } from "./edit";
import type { Author } from "./answers";
import { loadedEvaluator } from "./evaluate";
import { type Form, type Group, isQuestion, type Question, questionsOf } from "./form";
import { type CommuneName, type FlatAnswer, nativeValues } from "./flat";
import { ExpressionMemory } from "./memory";
import { onePass } from "./pass";

export type { FlatAnswer } from "./flat";

/** A fact as central publishes it (wire §4.2): what, on which day (`YYYY-MM-DD`), and the name of who recorded it. */
export interface PublishedFact {
  readonly answer: FlatAnswer;
  readonly day: string;
  readonly by: string;
  /** What was stated since and is no value: it erases nothing, and is told. */
  readonly later: LaterAbsence | null;
}

/** An absence stated after the fact it stands beside. */
export interface LaterAbsence {
  readonly absent: AbsentReason;
  readonly day: string;
  readonly by: string;
}

/** A fact as an answer to a question of this form. */
export interface EarlierFact {
  readonly carried: Carried;
  readonly by: string;
  readonly later: LaterAbsence | null;
}

/** Facts of a person by linkId, those that this form carries forward and still understands. */
export type EarlierFacts = ReadonlyMap<string, EarlierFact>;

/** The `facts` that `form` can take: a code it does not offer any more, or another type, is nothing to confirm. */
export function earlierFacts(
  form: Form,
  facts: Iterable<readonly [string, PublishedFact]>,
  communeName: CommuneName,
): EarlierFacts {
  const taken = new Map<string, EarlierFact>();
  for (const [linkId, { answer, day, by, later }] of facts) {
    const question = form.items.get(linkId);
    if (!isQuestion(question) || !question.carried) continue;
    if ("absent" in answer) {
      taken.set(linkId, { carried: { day, absent: answer.absent }, by, later });
      continue;
    }
    const values = nativeValues(question, answer.values, communeName);
    if (values !== null) taken.set(linkId, { carried: { day, values }, by, later });
  }
  return taken;
}

/** `facts` but those of `linkIds`. */
export function factsWithout(facts: EarlierFacts, linkIds: ReadonlySet<string>): EarlierFacts {
  return new Map([...facts].filter(([linkId]) => !linkIds.has(linkId)));
}

/** What can be confirmed for `question`, or `null` when it was answered, when nothing is known, or only an absence is. */
export function offered(question: Question, answers: Answers, facts: EarlierFacts): EarlierFact | null {
  if (answers[question.linkId] !== undefined) return null;
  const fact = facts.get(question.linkId);
  return fact !== undefined && "values" in fact.carried ? fact : null;
}

/**
 * The questions of `section` that one tap would confirm, in the order of the form: those asked now, and those that are
 * asked once the ones before them are confirmed (the list of allergies after "there are some").
 */
export function confirmable(
  form: Form,
  section: Group,
  answers: Answers,
  facts: EarlierFacts,
  context: FormContext,
  memory = new ExpressionMemory(),
): readonly Question[] {
  const nobody = { context, author: NOBODY, memory };
  return confirmation(form, section, { answers, entries: {} }, facts, nobody).questions;
}

/** All of {@link confirmable} confirmed by `author`. */
export function confirmAll(
  form: Form,
  section: Group,
  state: Filling,
  facts: EarlierFacts,
  by: Confirming,
): Filling {
  return confirmation(form, section, state, facts, by).state;
}

const NOBODY: Author = { by: "", at: "" };

/** Who confirms, of which visit; `memory` is that of the form being filled. */
interface Confirming {
  readonly context: FormContext;
  readonly author: Author;
  readonly memory?: ExpressionMemory;
}

function confirmation(
  form: Form,
  section: Group,
  before: Filling,
  facts: EarlierFacts,
  { context, author, memory = new ExpressionMemory() }: Confirming,
): { readonly state: Filling; readonly questions: readonly Question[] } {
  const rules = { form, context, evaluator: loadedEvaluator(), memory };
  const questions: Question[] = [];
  let state = before;
  // A condition only looks back (docs/forms.md), so that one walk in the order of the form sees every change.
  for (const question of questionsOf(section)) {
    const fact = offered(question, state.answers, facts);
    if (fact === null || question.linkId in state.entries) continue;
    const { enabled } = onePass(rules, state.answers, author);
    if (!enabled.has(question.linkId) || question.hidden) continue;
    state = confirmCarried(form, state, question, fact.carried, author);
    questions.push(question);
  }
  return { state, questions };
}
