/**
 * What a member answered at a stop that day and need not answer again for the next person: the equipment, the place
 * (`escale:kept-for-the-day`), each kit with its own (`escale:kept-with`). It is read from their own drafts and records there; nothing more is stored.
 */
import {
  type Answer,
  type Answers,
  type Author,
  type Entries,
  type Form,
  fromQuestionnaireResponse,
  type Question,
  type Value,
  valuesOf,
} from "$lib/forms";
import { codeChosen, type Kits } from "$lib/forms/kits";
import type { Kept } from "$lib/forms/prefill";
import { currentRecords, readRecords } from "$lib/record/read";
import type { Desk } from "./desk.svelte";

/** Records that are opened at most: beginning does not wait longer as the day goes on. */
const MOST_OPENED = 4;

/** What a record begun now starts with. */
export interface KeptOfTheDay {
  /** What belongs to no other answer, by linkId. */
  readonly values: Kept;
  /** What belongs to the kit that was chosen (`escale:kept-with`). */
  readonly kits: Kits;
}

/** The last values that `author`, the member at work, gave in `form` at `stop` today, of the questions that are kept for the day. */
export async function keptForTheDay(
  desk: Desk,
  form: Form,
  stop: string,
  author: Author,
): Promise<KeptOfTheDay> {
  if (!form.questions.some(({ keptForTheDay: kept }) => kept)) return { values: new Map(), kits: {} };
  const sources = [...draftsOf(desk, form, stop), ...(await signedOf(desk, form, stop))];
  return lastGiven(form, sources, author);
}

interface Given {
  readonly question: Question;
  /** What the choice that it belongs to answered there. */
  readonly kit: string | null;
  readonly values: readonly Value[];
  readonly at: number;
}

/**
 * Of each question of `form` that is kept, the values that `author` gave last in any of `sources`, and of each kit its
 * own: an absence is not a value, and what belongs to a choice that was not made belongs to nothing.
 */
export function lastGiven(form: Form, sources: readonly Answers[], author: Author): KeptOfTheDay {
  const last = new Map<string, Given>();
  for (const answers of sources) {
    for (const given of givenIn(form, answers, author.by)) {
      const of = JSON.stringify([given.question.linkId, given.kit]);
      if (given.at > (last.get(of)?.at ?? -Infinity)) last.set(of, given);
    }
  }
  const values = new Map<string, readonly Value[]>();
  const kits: Record<string, Record<string, { answers: Record<string, Answer>; entries: Entries }>> = {};
  for (const { question, kit, values: given } of last.values()) {
    if (question.keptWith === undefined) values.set(question.linkId, given);
    else if (kit !== null) {
      const { answers } = ((kits[question.keptWith] ??= {})[kit] ??= { answers: {}, entries: {} });
      answers[question.linkId] = { kind: "values", values: given, ...author };
    }
  }
  return { values, kits };
}

function givenIn(form: Form, answers: Answers, member: string): readonly Given[] {
  return form.questions.flatMap((question) => {
    const answer = answers[question.linkId];
    const values = valuesOf(answer);
    if (!question.keptForTheDay || answer?.by !== member || values.length === 0) return [];
    const kit = question.keptWith === undefined ? null : codeChosen(answers[question.keptWith]);
    return [{ question, kit, values, at: Date.parse(answer.at) }];
  });
}

function draftsOf(desk: Desk, form: Form, stop: string): readonly Answers[] {
  const { member } = desk.slot;
  return desk.drafts.open
    .map(({ draft }) => draft)
    .filter(
      (draft) =>
        draft.owner === member &&
        draft.stop.id === stop &&
        draft.form.url === form.url &&
        draft.form.version === form.version &&
        draft.period.start.slice(0, 10) === desk.station.today,
    )
    .map(({ answers }) => answers);
}

async function signedOf(desk: Desk, form: Form, stop: string): Promise<readonly Answers[]> {
  const here = new Set(desk.station.own.map(({ row }) => row.envelope));
  const envelopes = currentRecords(desk.entries)
    .filter(
      (entry) =>
        here.has(entry.envelope) &&
        entry.member === desk.slot.member &&
        entry.stop === stop &&
        entry.form === form.url &&
        entry.date === desk.station.today &&
        !desk.errors.has(entry.envelope),
    )
    .sort((one, other) => Date.parse(other.signed_at) - Date.parse(one.signed_at))
    .slice(0, MOST_OPENED)
    .map(({ envelope }) => envelope);
  if (envelopes.length === 0) return [];
  const { records } = await readRecords(await desk.readingContext(), envelopes);
  return records
    .filter(({ payload }) => payload.form.version === form.version)
    .map(({ response }) => fromQuestionnaireResponse(form, response));
}
