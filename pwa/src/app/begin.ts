/**
 * Beginning a record: what is already known of the person and of the visit becomes its first answers, each with its
 * author. Loaded when a capture begins.
 */
import type { Expected, Roster } from "$lib/central/roster";
import { randomUuid } from "$lib/crypto/random";
import type { Answers, Author, Form } from "$lib/forms";
import { currentRecords } from "$lib/record/read";
import { rfc3339 } from "$lib/store/clock";
import type { Desk } from "./desk.svelte";
import { otherPart, partAnswer, partOf, rememberedPart } from "./part";
import { knownIdentity, PART, prefill } from "./prefill";
import { openRecord, RecordUnreadable } from "./record";

/** For whom a record begins: an expected person, somebody the team knows, or a walk-in. */
export interface Beginning {
  readonly expected: Expected | null;
  /** Person key that somebody chose; the roster's own when it is absent. */
  readonly person?: string | null;
  /** Of a walk-in of whom something was already said or signed; drawn when it is absent. */
  readonly visit?: string | undefined;
}

/**
 * Begin a record at a stop and answer the draft's id. Raises `FormMissing`.
 *
 * An expected person's visit bears the identifier of the roster entry: the nurse's record and the doctor's, on two
 * tablets without network, join the same visit. The second of them starts with the identity that the first checked.
 */
export async function beginVisit(
  desk: Desk,
  roster: Roster,
  { expected, person, visit: known }: Beginning,
): Promise<string> {
  const { form, reference } = await desk.form(roster.form.url, roster.form.version);
  const { store, clock } = desk.station.environment;
  const author = { by: desk.slot.member, at: rfc3339(clock()) };
  const key = person ?? expected?.person ?? null;
  const visit = expected?.id ?? known ?? randomUuid();
  const theirs = await teammatesAnswers(desk, visit, reference.version);
  const part =
    otherPart(theirs === null ? null : partOf(theirs)) ??
    (await rememberedPart(store, desk.station.today, author.by));
  const answers: Answers = {
    ...(await prefill(form, expected, author)),
    ...(await missing(desk, form, key, expected, author)),
    ...(theirs === null ? {} : identityOf(theirs)),
    ...partAnswer(form, part, author),
  };
  return desk.beginFrom({ visit, stop: roster.stop, expected, person: key, form: reference, answers });
}

/** The identity the team knows, where the roster says nothing: what was booked is not overwritten, it is compared. */
async function missing(
  desk: Desk,
  form: Form,
  person: string | null,
  expected: Expected | null,
  author: Author,
): Promise<Answers> {
  const known = person === null ? null : await desk.people.summary(person);
  if (known === null) return {};
  const booked = expected === null ? {} : await prefill(form, expected, author);
  const identity = await knownIdentity(form, known, author);
  return Object.fromEntries(Object.entries(identity).filter(([linkId]) => !(linkId in booked)));
}

/** The answers of the record that somebody already signed of this visit, the latest; `null` when nobody did. */
async function teammatesAnswers(desk: Desk, visit: string, version: string): Promise<Answers | null> {
  const signed = currentRecords(desk.entries).filter(
    (entry) => entry.visit === visit && !desk.errors.has(entry.envelope),
  );
  const [latest] = signed.sort((one, other) => Date.parse(other.signed_at) - Date.parse(one.signed_at));
  if (latest === undefined) return null;
  try {
    const { answers, record } = await openRecord(desk, latest.envelope);
    return record.payload.form.version === version ? answers : null;
  } catch (error) {
    if (error instanceof RecordUnreadable) return null; // of a secret, say: this part begins without it
    throw error;
  }
}

/** Who the person is, as the teammate answered and saw: each answer stays theirs. */
function identityOf(answers: Answers): Answers {
  const isIdentity = (linkId: string): boolean => linkId.startsWith("identity.") && linkId !== PART;
  return Object.fromEntries(Object.entries(answers).filter(([linkId]) => isIdentity(linkId)));
}
