/**
 * A record opened by mistake: nothing was answered in it beyond what was already known. Left, it puts itself aside with
 * a plain reason, and the attendance that opening it signed goes back to what it was. What somebody typed, chose or
 * recognised stays a draft, even erased since.
 */
import { t } from "$i18n/index";
import type { Draft } from "$lib/drafts/draft";
import { DraftGone, DraftMoved } from "$lib/drafts/errors";
import type { VisitAttendance } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";
import { StorageFull } from "$lib/store/errors";
import { sayOfDraft } from "./attendance";
import type { CaptureSession } from "./capture.svelte";
import type { Desk } from "./desk.svelte";
import { handsOf, withHands } from "./steps";

/** Whether nobody did anything in `draft` since it was begun. A draft of before this was kept says nothing: it stays. */
export function isUntouched({ touched, replaces, hand_overs, discard }: Draft): boolean {
  return touched === false && replaces === null && hand_overs.length === 0 && discard === null;
}

/**
 * The status a visit had before `draft` was opened, when its opening is the last thing that was said of the visit:
 * `status` said by the draft's owner. `null` when there is nothing to take back.
 */
export function statusBefore(
  attendance: VisitAttendance | undefined,
  { owner, started_at }: Pick<Draft, "owner" | "started_at">,
  status: AttendanceStatus,
): AttendanceStatus | null {
  const last = attendance?.history.at(-1);
  if (attendance === undefined || last === undefined) return null;
  const opening =
    last.body.status === status &&
    last.author.member === owner &&
    Date.parse(last.body.at) >= Date.parse(started_at);
  if (!opening) return null;
  const before = attendance.history.at(-2)?.body.status ?? "expected";
  return before === status ? null : before;
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
    const status = withHands(handsOf(desk.profession));
    const before = statusBefore(desk.attendances.get(draft.visit), draft, status);
    if (before !== null) await sayOfDraft(desk, draft, before, t("app.opened_by_mistake"));
    await desk.refresh();
  } catch (error) {
    const settled = error instanceof DraftMoved || error instanceof DraftGone; // handed over or put aside by hand
    if (!settled && !(error instanceof StorageFull)) throw error;
  }
}
