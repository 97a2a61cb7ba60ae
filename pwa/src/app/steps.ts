/** What comes next for a person, by who is at work: one tap in the day's list. */
import { foldName } from "$lib/names/fold";
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
