/**
 * What goes on around a record once it is signed: the part that follows, what a remote doctor is asked and answered, and the
 * questionnaires about the act.
 *
 * A questionnaire about an act is named after its form: `<form>-…-physician` is the doctor's, the others are those of whoever
 * assists.
 */
import type { Opinion } from "$lib/central/opinion";
import type { Roster } from "$lib/central/roster";
import { loadCommunes } from "$lib/communes";
import { words, wording } from "$components/form/wording";
import {
  loadEvaluator,
  onePass,
  rows,
  valuesOf,
  type Answer,
  type Answers,
  type Author,
  type RowSection,
} from "$lib/forms";
import { nativeValues } from "$lib/forms/flat";
import { isQuestion, type Form } from "$lib/forms/form";
import { ENDED } from "$lib/record/coded";
import { currentRecords } from "$lib/record/read";
import type { RecordState } from "$lib/record/states";
import { signedParts } from "./attendance";
import type { Desk } from "./desk.svelte";
import { FormMissing } from "./form";
import { instrumentsOf, type Instrument } from "./instruments";
import { COMPLETE, courseOf, missingParts, nextPart, type Course } from "./parts";
import { PART } from "./prefill";
import { openRecord, RecordUnreadable } from "./record";
import { handsOf, type Hands } from "./steps";

/** A visit, and the form of the record that one looks at. */
export interface Act {
  readonly visit: string;
  readonly stop: string;
  /** Url of the form. */
  readonly form: string;
}

/** The part that whoever is at work may write next. */
export interface NextPart {
  readonly code: string;
  readonly label: string;
}

/** Where the request is that a link shows: central answers for what it has. */
export type RequestPlace = "at-central" | "on-its-way";

/** What may be done around a record. */
export interface AroundRecord {
  readonly roster: Roster;
  readonly instrument: Instrument;
  readonly next: NextPart | null;
  /** The questionnaires that this member was not heard in yet. */
  readonly acts: readonly Instrument[];
  /** Of a form that a remote doctor may answer; `null` of the others, or while nothing asks anything. */
  readonly request: RequestPlace | null;
}

/** Whether `url` is the url of a questionnaire about the acts of the form `record`, for `hands`. */
export function isActOf(url: string, record: string, hands: Hands): boolean {
  return url.startsWith(`${record}-`) && url.endsWith("-physician") === (hands === "doctor");
}

/** What may be done around the records of `act`; `null` when its stop or its form is not on this tablet. */
export async function aroundRecord(desk: Desk, act: Act): Promise<AroundRecord | null> {
  const roster = desk.rosters.find(({ stop }) => stop.id === act.stop);
  if (roster === undefined) return null;
  const { records, acts } = await instrumentsOf(desk, roster);
  const instrument = records.find(({ reference }) => reference.url === act.form);
  if (instrument === undefined) return null;
  const hands = handsOf(desk.profession);
  const course = courseOf(instrument.form);
  const signed = signedParts(desk, act.visit, act.form);
  const code = nextPart(course, signed, hands);
  const over = isOver(course, signed, hands);
  const heard = (url: string): boolean =>
    desk.entries.some(
      ({ visit, form, member }) => visit === act.visit && form === url && member === desk.slot.member,
    ) || desk.drafts.open.some(({ draft }) => draft.visit === act.visit && draft.form.url === url);
  return {
    roster,
    instrument,
    next: code === null ? null : { code, label: partLabel(instrument.form, code) },
    acts: acts.filter(
      ({ reference }) => over && isActOf(reference.url, act.form, hands) && !heard(reference.url),
    ),
    request: (course?.ofDoctor.length ?? 0) === 0 ? null : await requestPlace(desk, act, course?.needed[0]),
  };
}

/** Whether the act is over for `hands`, given the parts that are signed: for the doctor once theirs is; never one refused. */
export function isOver(course: Course | null, signed: readonly string[], hands: Hands): boolean {
  if (signed.length === 0 || signed.includes(ENDED)) return false;
  if (hands === "doctor" && course?.ofDoctor.some((part) => signed.includes(part)) === true) return true;
  return missingParts(course, signed).length === 0;
}

function partLabel(form: Form, code: string): string {
  const question = form.items.get(PART);
  const option = isQuestion(question)
    ? question.options.find(({ coding }) => coding.code === code)
    : undefined;
  return option === undefined ? code : words(option.label);
}

const KNOWN_TO_CENTRAL: readonly RecordState[] = ["at-central", "received", "integrated", "to-correct"];

async function requestPlace(desk: Desk, act: Act, opening?: string): Promise<RequestPlace | null> {
  const asking = currentRecords(desk.entries).filter(
    ({ visit, form, part, envelope }) =>
      visit === act.visit &&
      form === act.form &&
      (part === opening || part === COMPLETE) &&
      !desk.errors.has(envelope),
  );
  if (asking.length === 0) return null;
  const standings = await Promise.all(asking.map(({ envelope, record }) => desk.standing(envelope, record)));
  return standings.some(({ state }) => KNOWN_TO_CENTRAL.includes(state)) ? "at-central" : "on-its-way";
}

/** An opinion as a screen shows it. */
export interface ShownOpinion {
  readonly opinion: Opinion;
  /** What was answered, by section, in the words of its form; none while that form is not here. */
  readonly sections: readonly RowSection[];
  /** The same as answers of the form. */
  readonly answers: Answers;
}

/** What a remote doctor answered about `visit`, or `null`. */
export async function shownOpinion(desk: Desk, visit: string): Promise<ShownOpinion | null> {
  const { central } = await desk.station.holdings();
  const opinion = await central.opinion(desk.keys, visit);
  if (opinion === null) return null;
  const form = await formOf(desk, opinion);
  if (form === null) return { opinion, sections: [], answers: {} };
  const answers = await opinionAnswers(form, opinion, { by: "", at: opinion.at });
  const asked = new Set(Object.keys(answers));
  const all = rows(form, answers, asked, wording());
  const answered = all
    .map((section) => ({ ...section, rows: section.rows.filter(({ shown }) => shown.kind !== "unanswered") }))
    .filter((section) => section.rows.length > 0);
  return { opinion, sections: answered, answers };
}

async function formOf(desk: Desk, { form }: Opinion): Promise<Form | null> {
  try {
    return (await desk.form(form.url, form.version)).form;
  } catch (error) {
    if (error instanceof FormMissing) return null; // it comes by replication
    throw error;
  }
}

/** The opinion as answers to the questions of `form` that take them, `author`'s. */
export async function opinionAnswers(form: Form, opinion: Opinion, author: Author): Promise<Answers> {
  const communes = await loadCommunes().catch(() => null);
  const answers: Record<string, Answer> = {};
  for (const [linkId, flat] of opinion.answers) {
    const question = form.items.get(linkId);
    if (!isQuestion(question)) continue;
    if ("absent" in flat) {
      answers[linkId] = { kind: "absent", reason: flat.absent, ...author };
      continue;
    }
    const values = nativeValues(question, flat.values, (insee) => communes?.get(insee)?.name ?? null);
    if (values !== null) answers[linkId] = { kind: "values", values, ...author };
  }
  return answers;
}

const SIGNED_NAME = "outcome.signed_name";

/**
 * Of the opinion, what the record under way asks and nobody answered: its copy is `author`'s, who answers for having copied
 * it, and the doctor's name goes with it where the form asks who signed.
 */
export async function copiedOpinion(
  form: Form,
  answers: Answers,
  opinion: Opinion,
  author: Author,
  visitDate: string,
): Promise<Answers> {
  const told = await opinionAnswers(form, opinion, author);
  const signed = form.items.get(SIGNED_NAME);
  const named: Answers = isQuestion(signed)
    ? { [SIGNED_NAME]: { kind: "values", values: [opinion.signedName], ...author } }
    : {};
  const copied: Record<string, Answer> = {};
  const evaluator = await loadEvaluator();
  const context = { visitDate, today: visitDate, stop: null, commune: () => null };
  // A question may be asked only once the one before it is copied.
  for (const [linkId, answer] of inOrder(form, { ...named, ...told })) {
    const { enabled } = onePass({ form, context, evaluator }, { ...answers, ...copied }, author);
    const free = valuesOf(answers[linkId]).length === 0 && answers[linkId]?.kind !== "absent";
    if (enabled.has(linkId) && free) copied[linkId] = answer;
  }
  return copied;
}

function inOrder(form: Form, answers: Answers): readonly (readonly [string, Answer])[] {
  return form.questions.flatMap(({ linkId }) => {
    const answer = answers[linkId];
    return answer === undefined ? [] : [[linkId, answer] as const];
  });
}

/** The doctor whom the records of `visit` ask for, as it was typed, or `null`. */
export async function askedPhysician(desk: Desk, visit: string): Promise<string | null> {
  for (const { envelope } of currentRecords(desk.entries).filter((entry) => entry.visit === visit)) {
    try {
      const [name] = valuesOf((await openRecord(desk, envelope)).answers["request.physician_name"]);
      if (typeof name === "string") return name;
    } catch (error) {
      if (!(error instanceof RecordUnreadable || error instanceof FormMissing)) throw error;
    }
  }
  return null;
}
