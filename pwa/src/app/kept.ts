/**
 * What a member answered at a stop that day and need not answer again for the next person: the equipment, the place
 * (`escale:kept-for-the-day`). It is read from their own drafts and records there; nothing more is stored.
 */
import { type Answers, type Form, fromQuestionnaireResponse, type Value, valuesOf } from "$lib/forms";
import type { Kept } from "$lib/forms/prefill";
import { currentRecords, readRecords } from "$lib/record/read";
import type { Desk } from "./desk.svelte";

/** Records that are opened at most: beginning does not wait longer as the day goes on. */
const MOST_OPENED = 4;

/** The last values that the member at work gave in `form` at `stop` today, of the questions that are kept for the day. */
export async function keptForTheDay(desk: Desk, form: Form, stop: string): Promise<Kept> {
  const wanted = new Set(
    form.questions.filter(({ keptForTheDay }) => keptForTheDay).map(({ linkId }) => linkId),
  );
  if (wanted.size === 0) return new Map();
  const sources = [...draftsOf(desk, form, stop), ...(await signedOf(desk, form, stop))];
  return lastGiven(sources, wanted, desk.slot.member);
}

/** Of each of `wanted`, the values that `member` gave last in any of `sources`; an absence is not a value. */
export function lastGiven(
  sources: readonly Answers[],
  wanted: ReadonlySet<string>,
  member: string,
): Map<string, readonly Value[]> {
  const last = new Map<string, { readonly at: number; readonly values: readonly Value[] }>();
  for (const answers of sources) {
    for (const linkId of wanted) {
      const answer = answers[linkId];
      const values = valuesOf(answer);
      if (answer === undefined || answer.by !== member || values.length === 0) continue;
      const at = Date.parse(answer.at);
      if (at > (last.get(linkId)?.at ?? -Infinity)) last.set(linkId, { at, values });
    }
  }
  return new Map([...last].map(([linkId, { values }]) => [linkId, values]));
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
