/** What comes next for a person, by who is at work: one tap in the day's list. */
import { plural, t } from "$i18n/index";
import { foldName } from "$lib/names/fold";
import type { VisitAttendance } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";

/** With whom a person is, by the profession of the member. */
export type Hands = "nurse" | "doctor" | "other";

/** The hands of `profession`, as organisations write professions. */
export function handsOf(profession: string): Hands {
  const words = foldName(profession);
  if (/\b(infirmier|infirmiere|ide|ipa)\b/.test(words)) return "nurse";
  if (/\b(medecin|docteur|interne|doctor|physician)\b/.test(words)) return "doctor";
  return /\bnurse\b/.test(words) ? "nurse" : "other";
}

/** The status of somebody who is with `hands`; one who is with neither nurse nor doctor has only arrived. */
export function withHands(hands: Hands): AttendanceStatus {
  return hands === "other" ? "arrived" : `with_${hands}`;
}

/** The status that one tap gives to a person whose status is `status`, or `null` when nothing is expected next. */
export function nextStep(hands: Hands, status: AttendanceStatus): AttendanceStatus | null {
  const mine = withHands(hands);
  switch (status) {
    case "expected":
      return mine;
    // Whoever was said absent and comes after all takes their turn among those who wait.
    case "absent":
      return "arrived";
    case "arrived":
      return hands === "other" ? null : mine;
    case "with_nurse":
      return hands === "doctor" ? mine : "arrived";
    case "with_doctor":
      return hands === "nurse" ? null : "done";
    default:
      return null;
  }
}

/** Statuses in the menu, in the order of a visit. */
export const STEPS: readonly AttendanceStatus[] = [
  "expected",
  "arrived",
  "with_nurse",
  "with_doctor",
  "done",
  "absent",
  "left",
  "turned_away",
];

/** Whether a reason is asked for. */
export function asksReason(status: AttendanceStatus): boolean {
  return status === "absent" || status === "left" || status === "turned_away";
}

/**
 * Where somebody is, and since when if they wait or are with somebody: with the nurse who says so by name, since a
 * nurse is a man or a woman; `now_ms` is the present instant as notices are corrected.
 */
export function stateWords({ status, since_ms, history }: VisitAttendance, now_ms: number): string {
  if (status !== "arrived" && status !== "with_nurse" && status !== "with_doctor")
    return t(`day.step_${status}`);
  const minutes = Math.max(0, Math.floor((now_ms - since_ms) / 60_000));
  const author = history.at(-1)?.author;
  if (
    status === "with_nurse" &&
    author !== undefined &&
    author.name !== "" &&
    handsOf(author.profession) === "nurse"
  ) {
    return plural("day.since_with_member", minutes, { name: author.name });
  }
  return plural(`day.since_${status}`, minutes);
}
