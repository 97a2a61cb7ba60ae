/** Saying where a person is: each change of status is a signed notice, made offline like everything else. */
import { t } from "$i18n/index";
import type { Expected, Stop } from "$lib/central/roster";
import type { Draft } from "$lib/drafts/draft";
import type { Answers, Form } from "$lib/forms";
import type { AttendanceStatus, NamedPerson } from "$lib/notice/body";
import { identityOf, isUnnamed } from "$lib/record/identity";
import { currentRecords } from "$lib/record/read";
import { rfc3339 } from "$lib/store/clock";
import type { Desk } from "./desk.svelte";
import { isAct } from "./form";
import { partHeld } from "./part";
import { COMPLETE, courseOf, missingParts, type NeededPart } from "./parts";
import { handsOf, withHands } from "./steps";

/** Of whom something is said. */
export interface Subject {
  readonly visit: string;
  readonly walk_in: boolean;
  /** As known, to name a walk-in on the other tablets; `null` when the roster names them. */
  readonly person: NamedPerson | null;
}

/** Say that `subject` came to `status` now. Raises what `signNotice` raises. */
export async function sayStatus(
  desk: Desk,
  stop: Pick<Stop, "id" | "campaign">,
  { visit, walk_in, person }: Subject,
  status: AttendanceStatus,
  reason: string | null = null,
): Promise<void> {
  const at = rfc3339(desk.station.environment.clock());
  await desk.say(stop, { kind: "attendance", visit, status, at, walk_in, reason, person });
}

/** Say of each of these expected `visits` that the person did not come: a notice each. Raises what `signNotice` raises. */
export async function sayAbsent(
  desk: Desk,
  stop: Pick<Stop, "id" | "campaign">,
  visits: readonly string[],
): Promise<void> {
  for (const visit of visits) await sayStatus(desk, stop, { visit, walk_in: false, person: null }, "absent");
}

/** Say of the visit of `draft` that it came to `status`. Raises what `signNotice` raises. */
export async function sayOfDraft(
  desk: Desk,
  draft: Draft,
  status: AttendanceStatus,
  reason: string,
): Promise<void> {
  await sayStatus(desk, draft.stop, subjectOf(draft, draft.answers), status, reason);
}

/** Somebody begins to take care of the person of `draft`: says so, unless it is already known. */
export async function sayTaken(desk: Desk, draft: Draft): Promise<void> {
  if (draft.discard !== null) return; // opened by mistake, and left before this was said
  const status = withHands(handsOf(desk.profession));
  const known = desk.attendances.get(draft.visit);
  const mine = known?.status === status && known.by.member === desk.slot.member;
  const waits = status === "arrived" && known !== undefined && known.status !== "expected";
  if (mine || waits) return;
  await sayStatus(desk, draft.stop, subjectOf(draft, draft.answers), status);
}

/** What a signed record leaves of its visit: nothing, or the part that is missing here. */
export type AfterSeal = "done" | `waits-${NeededPart}` | "unchanged";

/**
 * A record of `draft` was signed with `answers`: the visit is done when the parts of this form are there, and waits again
 * after the first part alone. A correction changes nothing, nor does what is said about an act.
 */
export async function sayAfterSeal(
  desk: Desk,
  draft: Draft,
  form: Form,
  answers: Answers,
): Promise<AfterSeal> {
  if (draft.replaces !== null) {
    await sayMoved(desk, draft, answers);
    return "unchanged";
  }
  if (isAct(form)) return "unchanged";
  const course = courseOf(form);
  const signed = signedParts(desk, draft.visit, draft.form.url);
  const [missing] = missingParts(course, [partHeld(answers) ?? COMPLETE, ...signed]);
  const subject = subjectOf(draft, answers);
  if (missing === undefined) {
    await sayStatus(desk, draft.stop, subject, "done");
    return "done";
  }
  // What opens the visit was written elsewhere, or not at all: whoever did it says where the person is.
  if (missing !== course?.needed[0]) await sayStatus(desk, draft.stop, subject, "arrived");
  return `waits-${missing}`;
}

/** The parts that are signed of `visit` in the form `url`, as far as this tablet knows. */
export function signedParts(desk: Desk, visit: string, url: string): readonly string[] {
  return currentRecords(desk.entries)
    .filter((entry) => entry.visit === visit && entry.form === url && !desk.errors.has(entry.envelope))
    .map(({ part }) => part ?? COMPLETE);
}

/**
 * A walk-in's record joins `visit`, of somebody expected or begun by a teammate. The visit drawn for it was nobody's:
 * it is put back to "expected", since nobody left and nobody was turned away.
 */
export async function sayJoined(
  desk: Desk,
  walkIn: Draft,
  visit: string,
  expected: Expected | null,
): Promise<void> {
  if (desk.attendances.has(walkIn.visit)) {
    const reason = t("people.joined_reason");
    await sayStatus(desk, walkIn.stop, subjectOf(walkIn, walkIn.answers), "expected", reason);
  }
  await sayTaken(desk, { ...walkIn, visit, expected });
}

/** A record went from the wrong person's visit to the right one's: who was seen is done, who was not is expected again. */
async function sayMoved(desk: Desk, draft: Draft, answers: Answers): Promise<void> {
  const replaced = desk.entries.find(({ envelope }) => envelope === draft.replaces?.record);
  if (replaced === undefined || replaced.visit === draft.visit) return;
  await sayStatus(desk, draft.stop, subjectOf(draft, answers), "done");
  const left = currentRecords(desk.entries).filter(
    ({ visit, envelope }) => visit === replaced.visit && envelope !== replaced.envelope,
  );
  if (left.length > 0) return;
  const roster = desk.rosters.find(({ stop }) => stop.id === draft.stop.id);
  const booked = roster?.expected.some(({ id }) => id === replaced.visit) ?? false;
  const wrong = { visit: replaced.visit, walk_in: !booked, person: null };
  await sayStatus(desk, draft.stop, wrong, "expected", t("people.moved_reason"));
}

function subjectOf({ visit, expected, about }: Draft, answers: Answers): Subject {
  const person = expected === null ? (personOf(answers) ?? about ?? null) : null;
  return { visit, walk_in: expected === null, person };
}

function personOf(answers: Answers): NamedPerson | null {
  const identity = identityOf(answers);
  const { birth_name, first_given_name: first_name, birth_date } = identity;
  const known = birth_name !== null || first_name !== null;
  return !isUnnamed(identity) && known ? { birth_name, first_name, birth_date } : null;
}
