/**
 * Putting a draft aside. A record opened by mistake: nothing was answered in it beyond what was already known. Left, it puts itself aside with
 * a plain reason, and the attendance that opening it signed goes back to what it was. What somebody typed, chose or
 * recognised stays a draft, even erased since: put aside by hand, with its reason, it takes back what its opening said too.
 */
import { t } from "$i18n/index";
import type { Draft, StoredDraft } from "$lib/drafts/draft";
import { DraftGone, DraftMoved } from "$lib/drafts/errors";
import type { VisitAttendance } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";
import { StorageFull } from "$lib/store/errors";
import { sayOfDraft, sayTaken } from "./attendance";
import type { CaptureSession } from "./capture.svelte";
import type { Desk } from "./desk.svelte";
import { handsOf, withHands } from "./steps";

/** Whether nobody did anything in `draft` since it was begun. A draft of before this was kept says nothing: it stays. */
export function isUntouched({ touched, replaces, hand_overs, discard }: Draft): boolean {
  return touched === false && replaces === null && hand_overs.length === 0 && discard === null;
}

/**
 * The status a visit had before `draft` was opened, when its opening is the last thing that was said of the visit, by
 * whoever held the draft. `null` when there is nothing to take back.
 */
export function statusBefore(
  attendance: VisitAttendance | undefined,
  {
    owner,
    started_at,
    hand_overs = [],
  }: Pick<Draft, "owner" | "started_at"> & Partial<Pick<Draft, "hand_overs">>,
): AttendanceStatus | null {
  const last = attendance?.history.at(-1);
  if (attendance === undefined || last === undefined) return null;
  const { status, at } = last.body;
  const opening =
    status === withHands(handsOf(last.author.profession)) &&
    [owner, ...hand_overs.map(({ from }) => from)].includes(last.author.member) &&
    Date.parse(at) >= Date.parse(started_at);
  if (!opening) return null;
  const before = attendance.history.at(-2)?.body.status ?? "expected";
  return before === status ? null : before;
}

/**
 * Put the draft of `capture` aside with the reason that somebody gives. A visit that only its opening told of is nobody's
 * then: it is neither listed nor counted. Somebody booked came, whatever becomes of the record: that stays said.
 */
export async function putAsideByHand(desk: Desk, capture: CaptureSession, reason: string): Promise<void> {
  await capture.close();
  const { stored } = capture;
  await desk.drafts.discard(stored, reason);
  await takeBack(desk, stored.draft, reason);
}

/** Take up again a draft that was put aside: its person, without appointment, is there again. */
export async function takeUpAgain(desk: Desk, stored: StoredDraft): Promise<void> {
  await desk.drafts.restore(stored);
  const { owner, visit } = stored.draft;
  const said = desk.attendances.get(visit);
  const takenBack = said?.walk_in === true && said.status === "expected";
  if (takenBack && owner === desk.slot.member) await sayTaken(desk, { ...stored.draft, discard: null });
}

/** The draft is aside whatever becomes of the notice: a full disk is said by the next draft. */
async function takeBack(desk: Desk, draft: Draft, reason: string): Promise<void> {
  const before = draft.replaces === null ? statusBefore(desk.attendances.get(draft.visit), draft) : null;
  if (before === null || (draft.expected !== null && before === "expected")) return;
  try {
    await sayOfDraft(desk, draft, before, reason);
    await desk.refresh();
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
  }
}

/**
 * `capture` is being left: put its draft aside when it is untouched. The keys are those of the slot at work, so under a
 * lock nothing is done. Raises what a save raises but `StorageFull`: the empty draft then stays, and harms nobody.
 */
export async function putAsideUntouched(desk: Desk, capture: CaptureSession): Promise<void> {
  const { draft } = capture;
  if (!isUntouched(draft) || draft.owner !== desk.slot.member) return;
  try {
    await capture.close();
    await desk.drafts.discard(capture.stored, t("app.opened_by_mistake"));
    const before = statusBefore(desk.attendances.get(draft.visit), draft);
    if (before !== null) await sayOfDraft(desk, draft, before, t("app.opened_by_mistake"));
    await desk.refresh();
  } catch (error) {
    const settled = error instanceof DraftMoved || error instanceof DraftGone; // handed over or put aside by hand
    if (!settled && !(error instanceof StorageFull)) throw error;
  }
}
