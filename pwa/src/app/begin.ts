/**
 * Beginning a record: what is already known of the person and of the visit becomes its first answers, each with its
 * author. Loaded when a capture begins.
 */
import type { Expected, Roster } from "$lib/central/roster";
import { randomUuid } from "$lib/crypto/random";
import type { Answers, Form } from "$lib/forms";
import { startedWithKits } from "$lib/forms/kits";
import type { NamedPerson } from "$lib/notice/body";
import { identityOf, isOfStation, isUnnamed } from "$lib/record/identity";
import { currentRecords } from "$lib/record/read";
import { rfc3339 } from "$lib/store/clock";
import { signedParts } from "./attendance";
import type { Desk } from "./desk.svelte";
import { FormMissing, isAct } from "./form";
import { rememberInstrument } from "./instruments";
import { keptForTheDay } from "./kept";
import { codeAnswer, partAnswer, rememberedPart } from "./part";
import { courseOf, nextPart } from "./parts";
import { answersHere, knownIdentity, prefill } from "./prefill";
import { openRecord, RecordUnreadable } from "./record";
import { handsOf } from "./steps";

/** For whom a record begins: an expected person, somebody the team knows, or a walk-in. */
export interface Beginning {
  readonly expected: Expected | null;
  /** Person key that somebody chose; the roster's own when it is absent. */
  readonly person?: string | null;
  /** Of a walk-in of whom something was already said or signed; drawn when it is absent. */
  readonly visit?: string | undefined;
  /** The form that somebody chose; the stop's first when it is absent. */
  readonly form?: { readonly url: string; readonly version: string } | undefined;
  /** Code of the part that somebody chose to write; what goes with the parts already signed when it is absent. */
  readonly part?: string | undefined;
  /** Counted without a name: `identity.mode` is anonymous from the start. */
  readonly anonymous?: boolean;
}

/**
 * Begin a record at a stop and answer the draft's id. Raises `FormMissing`.
 *
 * An expected person's visit bears the identifier of the roster entry: the nurse's record and the doctor's, on two
 * tablets without network, join the same visit. The second of them starts with the identity that the first checked,
 * whatever form it was checked in.
 */
export async function beginVisit(
  desk: Desk,
  roster: Roster,
  { expected, person, visit: known, form: chosen, part: chosenPart, anonymous = false }: Beginning,
): Promise<string> {
  const { form, reference } = await desk.form(
    chosen?.url ?? roster.form.url,
    chosen?.version ?? roster.form.version,
  );
  const { store, clock } = desk.station.environment;
  const { today } = desk.station;
  const author = { by: desk.slot.member, at: rfc3339(clock()) };
  const key = person ?? expected?.person ?? null;
  const visit = expected?.id ?? known ?? randomUuid();
  const said = await visitAnswers(desk, visit);
  const writer = { member: author.by, form: reference.url };
  const course = courseOf(form);
  const part =
    chosenPart ??
    nextPart(course, signedParts(desk, visit, reference.url), handsOf(desk.profession)) ??
    // Of a form whose parts do not follow one another, the next person may come without a label.
    (course === null ? null : await rememberedPart(store, today, writer));
  const summary = key === null ? null : await desk.people.summary(key);
  const { values: kept, kits } = await keptForTheDay(desk, form, roster.stop.id, author);
  const from = { expected, author, roster, summary, kept };
  const begun: Answers = {
    ...(await prefill(form, from)),
    ...(await missing(form, from)),
    ...answersHere(form, said),
    ...(anonymous ? codeAnswer(form, "identity.mode", "anonymous", author) : {}),
    ...partAnswer(form, part, author),
  };
  await rememberInstrument(store, today, author.by, reference.url);
  const about = isAct(form) ? namedIn(said) : null;
  return desk.drafts.begin({
    visit,
    stop: roster.stop,
    expected,
    person: key,
    form: reference,
    answers: startedWithKits(form, begun, kits),
    kits,
    about,
  });
}

/** The identity the team knows, where the roster says nothing: what was booked is not overwritten, it is compared. */
async function missing(form: Form, from: Parameters<typeof prefill>[1]): Promise<Answers> {
  const { summary, expected, author } = from;
  if (summary === null) return {};
  const booked = expected === null ? {} : await prefill(form, from);
  const identity = await knownIdentity(form, summary, author);
  return Object.fromEntries(Object.entries(identity).filter(([linkId]) => !(linkId in booked)));
}

/**
 * What the records of a visit that are signed answer, whatever their forms: of each question the last answer. Those that
 * do not open, of a secret say, are left out: this record begins without them.
 */
async function visitAnswers(desk: Desk, visit: string): Promise<Answers> {
  const signed = currentRecords(desk.entries)
    .filter((entry) => entry.visit === visit && !desk.errors.has(entry.envelope))
    .sort((one, other) => Date.parse(one.signed_at) - Date.parse(other.signed_at));
  let answers: Answers = {};
  for (const { envelope } of signed) answers = { ...answers, ...ofVisit(await opened(desk, envelope)) };
  return answers;
}

/** What a record says for the others of its visit: a station's check of who wears the label names nobody. */
function ofVisit(answers: Answers): Answers {
  if (!isOfStation(answers)) return answers;
  return Object.fromEntries(Object.entries(answers).filter(([linkId]) => !linkId.startsWith("identity.")));
}

async function opened(desk: Desk, envelope: string): Promise<Answers> {
  try {
    return (await openRecord(desk, envelope)).answers;
  } catch (error) {
    if (error instanceof RecordUnreadable || error instanceof FormMissing) return {};
    throw error;
  }
}

function namedIn(answers: Answers): NamedPerson | null {
  const identity = identityOf(answers);
  const { birth_name, first_given_name: first_name, birth_date } = identity;
  const named = !isUnnamed(identity) && (birth_name !== null || first_name !== null);
  return named ? { birth_name, first_name, birth_date } : null;
}
