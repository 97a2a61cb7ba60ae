/**
 * A record written for the wrong person: its correction bears the visit of the right one (wire §2, `replaces`).
 *
 * What said who the person was goes: identity, what the roster filled in, what was confirmed from the wrong person's
 * summary. What was asked and answered there and then stays, for its author to read over: a request for secrecy is of
 * these, since whoever made it was there. Their legal status, of the identity, is asked anew; when it ends the request,
 * signing asks for a confirmation (`lib/record/sign.ts`).
 */
import type { Expected, Roster } from "$lib/central/roster";
import { randomUuid } from "$lib/crypto/random";
import type { Answers, Author, Form } from "$lib/forms";
import { rosterField } from "$lib/forms/form";
import { rfc3339 } from "$lib/store/clock";
import type { Desk } from "./desk.svelte";
import { knownIdentity, PART, prefill } from "./prefill";
import type { OpenedRecord } from "./record";

/** Who was really there. */
export type RightPerson =
  | { readonly kind: "expected"; readonly expected: Expected }
  | { readonly kind: "known"; readonly person: string }
  | { readonly kind: "new" };

/** The answers of a record that do not depend on whose record it was. */
export function keptAnswers(form: Form, answers: Answers): Answers {
  const restricting = new Set(
    form.questions.filter(({ restricts }) => restricts).map(({ linkId }) => linkId),
  );
  const ofPerson = (linkId: string): boolean =>
    (linkId.startsWith("identity.") && linkId !== PART) ||
    linkId.startsWith("representative.") ||
    answers[linkId]?.carriedFrom !== undefined ||
    form.questions.some((question) => question.linkId === linkId && rosterField(question) !== undefined);
  return Object.fromEntries(
    Object.entries(answers).filter(([linkId]) => restricting.has(linkId) || !ofPerson(linkId)),
  );
}

/**
 * Begin the correction of `opened` for whoever was really there; answers the draft's id, or `null` when the stop of
 * the record is not on this tablet any more. Raises `FormMissing`.
 */
export async function beginForRightPerson(
  desk: Desk,
  { record, answers }: OpenedRecord,
  right: RightPerson,
  reason: string,
): Promise<string | null> {
  const { payload, envelope, period } = record;
  const roster = desk.rosters.find(({ stop }) => stop.id === payload.stop);
  if (roster === undefined) return null;
  const { form } = await desk.form(payload.form.url, payload.form.version);
  const author = { by: desk.slot.member, at: rfc3339(desk.station.environment.clock()) };
  const expected = right.kind === "expected" ? right.expected : null;
  const person = right.kind === "known" ? right.person : (expected?.person ?? null);
  return desk.drafts.begin({
    visit: expected?.id ?? randomUuid(),
    stop: roster.stop,
    expected,
    person,
    form: payload.form,
    replaces: { record: envelope, reason },
    replaces_restricted: payload.restricted === true,
    period,
    answers: {
      ...keptAnswers(form, answers),
      ...(await traits(desk, form, { expected, person, roster }, author)),
    },
    section: "identity",
  });
}

/** What the roster and the team know of the right person, as at any beginning; the part stays the record's own. */
async function traits(
  desk: Desk,
  form: Form,
  {
    expected,
    person,
    roster,
  }: { readonly expected: Expected | null; readonly person: string | null; readonly roster: Roster },
  author: Author,
): Promise<Answers> {
  const known = person === null ? null : await desk.people.summary(person);
  const found = {
    ...(known === null ? {} : await knownIdentity(form, known, author)),
    ...(expected === null ? {} : await prefill(form, { expected, roster, summary: known, author })),
  };
  return Object.fromEntries(Object.entries(found).filter(([linkId]) => linkId !== PART));
}
