/**
 * Where a visit is, told from its notices of attendance: the last one stands, all are kept.
 *
 * The last is by `at`, corrected by the clock offset of the tablet that signed, then by digest: two tablets that hold
 * the same notices say the same, in whatever order these arrived (wire §2.2).
 */
import type { Attendance, AttendanceStatus, NamedPerson } from "./body";
import type { TeamNotice } from "./read";

/** What is read of a notice of attendance. */
export type AttendanceNotice = Pick<
  TeamNotice<Attendance>,
  "record" | "stop" | "clock_offset_ms" | "author" | "body"
>;

/** A visit that somebody said something of. */
export interface VisitAttendance {
  readonly visit: string;
  readonly stop: string;
  readonly status: AttendanceStatus;
  /** When it came to it, corrected, in milliseconds since the epoch. */
  readonly since_ms: number;
  /** When the person arrived first, or `null` while nobody said so. */
  readonly arrived_ms: number | null;
  readonly reason: string | null;
  readonly walk_in: boolean;
  /** As last known: a notice that says nothing of the person does not make them unknown. */
  readonly person: NamedPerson | null;
  /** Who said so last. */
  readonly by: { readonly member: string; readonly name: string };
  /** How often the person went back to waiting after having been with somebody. */
  readonly interruptions: number;
  /** Every notice of the visit, earliest first. */
  readonly history: readonly AttendanceNotice[];
}

const WITH: readonly AttendanceStatus[] = ["with_nurse", "with_doctor"];
const WAITING: readonly AttendanceStatus[] = ["expected", "arrived"];

/** Instant of a notice by the server's clock, as far as its tablet knew it, in milliseconds since the epoch. */
export function correctedAt({ body, clock_offset_ms }: AttendanceNotice): number {
  return Date.parse(body.at) + (clock_offset_ms ?? 0);
}

/** Every visit among `notices`, by its identifier. */
export function attendances(notices: readonly AttendanceNotice[]): ReadonlyMap<string, VisitAttendance> {
  const byVisit = new Map<string, AttendanceNotice[]>();
  for (const notice of notices) {
    const said = byVisit.get(notice.body.visit);
    if (said === undefined) byVisit.set(notice.body.visit, [notice]);
    else said.push(notice);
  }
  const states = [...byVisit].map(([visit, said]): [string, VisitAttendance][] => {
    const state = attendanceOf(said);
    return state === null ? [] : [[visit, state]];
  });
  return new Map(states.flat());
}

/** The state of one visit from the notices about it, or `null` when there are none. */
export function attendanceOf(notices: readonly AttendanceNotice[]): VisitAttendance | null {
  const history = [...notices].sort(inOrder);
  const last = history.at(-1);
  if (last === undefined) return null;
  const { visit, status, reason, walk_in } = last.body;
  const arrival = history.find(({ body }) => body.status !== "expected" && body.status !== "absent");
  return {
    visit,
    stop: last.stop,
    status,
    since_ms: correctedAt(last),
    arrived_ms: arrival === undefined ? null : correctedAt(arrival),
    reason,
    walk_in,
    person: history.findLast(({ body }) => body.person !== null)?.body.person ?? null,
    by: { member: last.author.member, name: last.author.name },
    interruptions: interruptionsOf(history),
    history,
  };
}

function inOrder(one: AttendanceNotice, other: AttendanceNotice): number {
  const apart_ms = correctedAt(one) - correctedAt(other);
  if (apart_ms !== 0) return apart_ms;
  return one.record < other.record ? -1 : 1;
}

/**
 * How often the same hands took the person again after having let them wait. From the nurse to waiting for the doctor is
 * the way of every visit, and no interruption.
 */
function interruptionsOf(history: readonly AttendanceNotice[]): number {
  const statuses = history.map(({ body }) => body.status);
  return statuses.filter((status, place) => {
    const before = statuses[place - 1];
    return (
      before !== undefined &&
      WITH.includes(status) &&
      WAITING.includes(before) &&
      statuses.slice(0, place).includes(status)
    );
  }).length;
}
