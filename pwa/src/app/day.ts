/**
 * The day's list of a stop: who is expected, who came without appointment, where each one is, and the free places.
 *
 * It is made of the roster, of the team's notices of attendance and of what this tablet holds of each visit; names are
 * the team's own.
 */
import type { Expected, RosterSlot, Roster } from "$lib/central/roster";
import type { StoredDraft } from "$lib/drafts/draft";
import type { VisitAttendance } from "$lib/notice/attendance";
import type { AttendanceStatus } from "$lib/notice/body";
import type { ListedRecord } from "./desk.svelte";

/** One person of the day. */
export interface DayVisit {
  readonly kind: "visit";
  readonly visit: string;
  /** `HH:MM`: of the appointment, or of the arrival of somebody without one; `null` when neither is known. */
  readonly time: string | null;
  /** Their line in the roster; `null` for somebody without appointment. */
  readonly expected: Expected | null;
  readonly cancelled: boolean;
  readonly status: AttendanceStatus;
  /** What was said of the visit, or `null` while nobody said anything. */
  readonly attendance: VisitAttendance | null;
  readonly drafts: readonly StoredDraft[];
  readonly records: readonly ListedRecord[];
}

/** A place that nobody is booked in. */
export interface FreePlace {
  readonly kind: "free";
  readonly time: string;
  readonly slot: RosterSlot;
}

/** A line of the day's list. */
export type DayLine = DayVisit | FreePlace;

/** What the list is made from. */
export interface DayHoldings {
  readonly attendances: ReadonlyMap<string, VisitAttendance>;
  readonly drafts: readonly StoredDraft[];
  readonly records: readonly ListedRecord[];
  /** The hour of an instant on this tablet, `HH:MM`. */
  readonly hourOf: (instant_ms: number) => string;
}

/** The figures above the list. Appointments that were cancelled are in none. */
export interface DayCounts {
  /** Booked, whatever became of them. */
  readonly booked: number;
  readonly walkIns: number;
  readonly done: number;
  /** Arrived, and with nobody. */
  readonly waiting: number;
  /** With the nurse or with the doctor. */
  readonly inside: number;
  /** Absent, left or turned away. */
  readonly missed: number;
}

/** The lines of `roster`'s day, by hour. */
export function dayLines(roster: Roster, held: DayHoldings): readonly DayLine[] {
  const booked = roster.expected.map((expected) => visitOf(expected.id, expected, held));
  const known = new Set(roster.expected.map(({ id }) => id));
  const others = walkIns(roster.stop.id, held).filter((visit) => !known.has(visit));
  const taken = new Set(roster.expected.flatMap(({ slot, cancelled }) => (cancelled ? [] : (slot ?? []))));
  const free = roster.stop.slots
    .filter(({ id }) => !taken.has(id))
    .map((slot): FreePlace => ({ kind: "free", time: slot.starts, slot }));
  return [...booked, ...others.map((visit) => visitOf(visit, null, held)), ...free].sort(byHour);
}

/** The visits among `lines`. */
export function visitsOf(lines: readonly DayLine[]): readonly DayVisit[] {
  return lines.filter((line): line is DayVisit => line.kind === "visit");
}

/** The figures of `lines`. */
export function dayCounts(lines: readonly DayLine[]): DayCounts {
  const visits = visitsOf(lines).filter(({ cancelled }) => !cancelled);
  const among = (...statuses: AttendanceStatus[]): number =>
    visits.filter(({ status }) => statuses.includes(status)).length;
  return {
    booked: visits.filter(({ expected }) => expected !== null).length,
    walkIns: visits.filter(({ expected }) => expected === null).length,
    done: among("done"),
    waiting: among("arrived"),
    inside: among("with_nurse", "with_doctor"),
    missed: among("absent", "left", "turned_away"),
  };
}

/** Whether the person of `visit` has come and not gone: what a stop is not closed on without a word. */
export function isStillIn({ status, cancelled }: DayVisit): boolean {
  return !cancelled && (status === "arrived" || status === "with_nurse" || status === "with_doctor");
}

/** Whether the person of `visit` is booked and nothing says that they came, or that they will not. */
export function isAwaited({ expected, status, cancelled, drafts, records }: DayVisit): boolean {
  return expected !== null && !cancelled && status === "expected" && drafts.length + records.length === 0;
}

/** Visits of `stop` that no roster announces: something was said, written or signed of them. */
function walkIns(stop: string, { attendances, drafts, records }: DayHoldings): string[] {
  return [
    ...new Set([
      // A walk-in put back to "expected" was somebody else's visit: nobody is waited for under it.
      ...[...attendances.values()]
        .filter((each) => each.stop === stop && !(each.walk_in && each.status === "expected"))
        .map(({ visit }) => visit),
      ...drafts.filter(({ draft }) => draft.stop.id === stop).map(({ draft }) => draft.visit),
      ...records.filter(({ entry }) => entry.stop === stop).map(({ entry }) => entry.visit),
    ]),
  ];
}

function visitOf(visit: string, expected: Expected | null, held: DayHoldings): DayVisit {
  const attendance = held.attendances.get(visit) ?? null;
  const drafts = held.drafts.filter(({ draft }) => draft.visit === visit);
  const records = held.records.filter(({ entry }) => entry.visit === visit);
  return {
    kind: "visit",
    visit,
    time: expected === null ? arrivalOf({ attendance, drafts, records }, held.hourOf) : expected.time,
    expected,
    // Somebody who came after all is there, whatever the roster says.
    cancelled: expected?.cancelled === true && attendance === null && drafts.length + records.length === 0,
    status: attendance?.status ?? statusFrom(drafts, records),
    attendance,
    drafts,
    records,
  };
}

/** Of a visit that nobody said anything of: a record says that the person came, a draft that they are there. */
function statusFrom(drafts: readonly StoredDraft[], records: readonly ListedRecord[]): AttendanceStatus {
  if (drafts.length > 0) return "arrived";
  return records.length > 0 ? "done" : "expected";
}

function arrivalOf(
  { attendance, drafts, records }: Pick<DayVisit, "attendance" | "drafts" | "records">,
  hourOf: DayHoldings["hourOf"],
): string | null {
  const said = attendance?.arrived_ms ?? attendance?.since_ms;
  if (said !== undefined) return hourOf(said);
  const starts = [
    ...drafts.map(({ draft }) => draft.started_at),
    ...records.map(({ entry }) => entry.signed_at),
  ];
  const [first] = starts.map((start) => Date.parse(start)).sort((one, other) => one - other);
  return first === undefined ? null : hourOf(first);
}

function byHour(one: DayLine, other: DayLine): number {
  return (one.time ?? "~").localeCompare(other.time ?? "~");
}
