/**
 * What belongs to another answer (`escale:kept-with`): a serial number is that of the kit that was chosen.
 *
 * Whoever chooses another kit finds what is kept of that one. What stood is put by with the kit it belongs to, and comes
 * back with it: nothing typed is lost by a finger on the wrong kit. Pure: state → state.
 */
import { type Answer, type Answers, isCoding, valuesOf } from "./answers";
import { clear, type Filling, restore, unconfirmed } from "./edit";
import type { Form, Question } from "./form";

/** What is kept of each kit: by the linkId of the choice, then by the code chosen. */
export type Kits = Readonly<Record<string, Readonly<Record<string, Filling>>>>;

/** A form being filled, and what is put by of the kits that are not chosen. */
export interface FillingWithKits {
  readonly filling: Filling;
  readonly kits: Kits;
}

/** The one code that `answer` chooses; null when there is none. */
export function codeChosen(answer: Answer | undefined): string | null {
  const [chosen, ...more] = valuesOf(answer);
  return isCoding(chosen) && more.length === 0 ? chosen.code : null;
}

/** `answers`, in which what belongs to a choice that is made already starts from what is kept of it. */
export function startedWithKits(form: Form, answers: Answers, kits: Kits): Answers {
  const starts = form.questions.flatMap(({ linkId, keptWith }) => {
    const code = keptWith === undefined ? null : codeChosen(answers[keptWith]);
    const kept = code === null ? undefined : kits[keptWith ?? ""]?.[code]?.answers[linkId];
    return kept === undefined || linkId in answers ? [] : [[linkId, kept] as const];
  });
  return { ...answers, ...Object.fromEntries(starts) };
}

/** `after`, what one action made of `before`, with what belongs to the kits that it left and chose. */
export function withKits(form: Form, before: Filling, after: Filling, kits: Kits): FillingWithKits {
  return form.questions.reduce<FillingWithKits>(
    (state, choice) => {
      const from = codeChosen(before.answers[choice.linkId]);
      const to = codeChosen(after.answers[choice.linkId]);
      const belonging = form.questions.filter(({ keptWith }) => keptWith === choice.linkId);
      if (from === to || belonging.length === 0) return state;
      // What the action itself gave is of the kit that it chose.
      const standing = belonging.filter((question) => holdsTheSame(question, before, after));
      const putBy =
        from === null ? state : left(form, state, choice, from, only(before, belonging), standing);
      return taken(form, putBy, choice, to, standing);
    },
    { filling: after, kits },
  );
}

/** A confirmation that is taken back is no other answer. */
function holdsTheSame({ linkId }: Question, before: Filling, after: Filling): boolean {
  const [one, other] = [before, after].map(({ answers, entries }) => {
    const answer = answers[linkId];
    return JSON.stringify([answer === undefined ? null : unconfirmed(answer), entries[linkId] ?? null]);
  });
  return one === other;
}

function left(
  form: Form,
  { filling, kits }: FillingWithKits,
  { linkId }: Question,
  code: string,
  held: Filling,
  standing: readonly Question[],
): FillingWithKits {
  return {
    filling: standing.reduce((rest, question) => clear(form, rest, question), filling),
    kits: { ...kits, [linkId]: { ...kits[linkId], [code]: held } },
  };
}

function taken(
  form: Form,
  { filling, kits }: FillingWithKits,
  { linkId }: Question,
  code: string | null,
  belonging: readonly Question[],
): FillingWithKits {
  const kept = code === null ? undefined : kits[linkId]?.[code];
  if (kept === undefined) return { filling, kits };
  return {
    filling: belonging.reduce((state, question) => restore(form, state, question, kept), filling),
    kits,
  };
}

function only({ answers, entries }: Filling, questions: readonly Question[]): Filling {
  const links = new Set(questions.map(({ linkId }) => linkId));
  const of = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([linkId]) => links.has(linkId)));
  return { answers: of(answers), entries: of(entries) };
}
