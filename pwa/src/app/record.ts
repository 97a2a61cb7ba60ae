/** One record of the team, opened to be read: its rows, where it stands, what a reviewer said, what it replaced. */
import { wording } from "$components/form/wording";
import { openMessage, type ReviewMessage } from "$lib/central/receipt";
import type { Roster } from "$lib/central/roster";
import {
  difference,
  fromQuestionnaireResponse,
  loadEvaluator,
  onePass,
  rows,
  type Answers,
  type Difference,
  type Form,
  type RowSection,
} from "$lib/forms";
import { lineage, readRecords, type TeamRecord } from "$lib/record/read";
import type { RecordStanding } from "$lib/record/states";
import type { SearchEntry } from "$lib/search/entry";
import type { Desk } from "./desk.svelte";
import { isAct } from "./form";

/** The record is not on this tablet, or does not verify. */
export class RecordUnreadable extends Error {
  override readonly name: string = "RecordUnreadable";
}

/** The record is under the secrecy that a teammate was asked for. */
export class RecordConfidential extends RecordUnreadable {}

/** A record as its screen shows it. */
export interface OpenedRecord {
  readonly record: TeamRecord;
  readonly form: Form;
  readonly answers: Answers;
  /** The linkIds that are asked. */
  readonly enabled: ReadonlySet<string>;
  readonly sections: readonly RowSection[];
  readonly standing: RecordStanding;
  readonly message: ReviewMessage | null;
  /** The chain of corrections it belongs to, oldest first, itself included. */
  readonly history: readonly SearchEntry[];
  /** What it changed in the record it replaces; null when it replaces none, or one that is not here. */
  readonly differences: readonly Difference[] | null;
  /** Whether another record replaces it. */
  readonly replaced: boolean;
  /** Whether it is about an act: it names nobody. */
  readonly act: boolean;
  /** What its form is called, where the stop offers several. */
  readonly title: string | null;
}

/** Open `envelope`. Raises {@link RecordUnreadable}, `FormMissing`, `FormInvalid`. */
export async function openRecord(desk: Desk, envelope: string): Promise<OpenedRecord> {
  const record = await read(desk, envelope);
  const { form, answers, enabled, sections } = await laidOut(desk, record);
  const standing = await desk.standing(envelope, record.record);
  const replaced = desk.entries.some(({ replaces }) => replaces === envelope);
  return {
    record,
    form,
    answers,
    enabled,
    sections,
    standing,
    message: standing.receipt === null ? null : await openMessage(standing.receipt, desk.keys.byKeyId),
    history: lineage(desk.entries, envelope),
    differences: await differences(desk, record, sections),
    replaced,
    act: isAct(form),
    title: desk.titleOf(record.payload.form.url),
  };
}

/** Begin the record that replaces this one, filled in from it. Answers the draft's id, or null without its stop. */
export async function beginCorrection(
  desk: Desk,
  { record, answers }: OpenedRecord,
  reason: string,
): Promise<string | null> {
  const { payload, envelope, period } = record;
  const roster: Roster | undefined = desk.rosters.find(({ stop }) => stop.id === payload.stop);
  if (roster === undefined) return null;
  return desk.drafts.begin({
    visit: payload.visit,
    stop: roster.stop,
    expected: roster.expected.find(({ id }) => id === payload.visit) ?? null,
    form: payload.form,
    replaces: { record: envelope, reason },
    replaces_restricted: payload.restricted === true,
    period,
    answers,
  });
}

async function read(desk: Desk, envelope: string): Promise<TeamRecord> {
  const { records, confidential } = await readRecords(await desk.readingContext(), [envelope]);
  const [record] = records;
  if (confidential.length > 0) throw new RecordConfidential(envelope);
  if (record === undefined) throw new RecordUnreadable(envelope);
  return record;
}

async function laidOut(
  desk: Desk,
  { payload, response, author, period }: TeamRecord,
): Promise<Pick<OpenedRecord, "form" | "answers" | "enabled" | "sections">> {
  const { form } = await desk.form(payload.form.url, payload.form.version);
  const answers = fromQuestionnaireResponse(form, response);
  const date = period.start.slice(0, 10);
  const context = { visitDate: date, today: date, stop: null, commune: () => null };
  // What was calculated is read from the record: only what was asked is worked out again, by rules where the form has some.
  const ruled = [...form.items.values()].some(({ enableExpression }) => enableExpression !== undefined);
  const evaluator = ruled ? await loadEvaluator() : null;
  const { enabled } = onePass({ form, context, evaluator }, answers, {
    by: author.member,
    at: period.start,
  });
  return { form, answers, enabled, sections: rows(form, answers, enabled, wording()) };
}

async function differences(
  desk: Desk,
  { payload }: TeamRecord,
  after: readonly RowSection[],
): Promise<readonly Difference[] | null> {
  if (payload.replaces === null) return null;
  const { records } = await readRecords(await desk.readingContext(), [payload.replaces.record]);
  const [before] = records;
  return before === undefined ? null : difference((await laidOut(desk, before)).sections, after);
}
