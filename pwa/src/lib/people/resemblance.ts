/**
 * Whether two sets of traits may be one person's, or two people's easily taken for each other.
 *
 * It only ever warns: whoever is in front of the person decides (design.md, never automatic on names alone).
 */
import type { PersonTraits } from "../central/person";
import { slipsBetween } from "../names/distance";
import { foldName } from "../names/fold";
import { soundOf } from "../names/sound";

/** The traits that are compared. */
export type Traits = Pick<PersonTraits, "birth_name" | "first_name" | "used_name" | "birth_date">;

/**
 * - `same`: the same names and the same birth date;
 * - `swapped`: near names, and the birth date with day and month exchanged;
 * - `same-date`: the same birth date and a near name;
 * - `same-names`: the same names, written or heard, and another birth date or none.
 */
export type Resemblance = "same" | "swapped" | "same-date" | "same-names";

/** The strongest first. */
export const RESEMBLANCES: readonly Resemblance[] = ["same", "swapped", "same-date", "same-names"];

/**
 * Whether central may join the two by itself: it does when their five strict traits are equal, of which the directory
 * knows all but the birth place (docs/architecture.md).
 */
export function joinsByRule(kind: Resemblance): boolean {
  return kind === "same";
}

/** One name folded and as it sounds; empty when it is not known. */
interface HeardName {
  readonly folded: string;
  readonly sound: string;
}

/** Traits made ready to be compared with many others. */
export interface ComparableTraits {
  /** Birth name, then used name when there is one. */
  readonly surnames: readonly HeardName[];
  readonly first: HeardName;
  readonly birth_date: string | null;
}

/** Make `traits` ready to be compared. */
export function comparable({ birth_name, used_name, first_name, birth_date }: Traits): ComparableTraits {
  const surnames = [birth_name, used_name].map(heard).filter(({ folded }) => folded !== "");
  return { surnames, first: heard(first_name), birth_date };
}

/** How `one` and `other` resemble each other, or `null` when they do not. Symmetric. */
export function resemblance(one: ComparableTraits, other: ComparableTraits): Resemblance | null {
  const surname = bestOf(one.surnames, other.surnames);
  const first = closeness(one.first, other.first);
  const named = Math.min(surname, first);
  if (one.birth_date !== null && one.birth_date === other.birth_date) {
    if (named === Closeness.Same) return "same";
    return Math.max(surname, first) >= Closeness.Near ? "same-date" : null;
  }
  if (named >= Closeness.Near && areSwapped(one.birth_date, other.birth_date)) return "swapped";
  return named >= Closeness.Heard ? "same-names" : null;
}

/** Whether day and month of `one` are month and day of `other`, and the dates differ. */
export function areSwapped(one: string | null, other: string | null): boolean {
  if (one === null || other === null || one === other) return false;
  return `${one.slice(0, 4)}-${one.slice(8, 10)}-${one.slice(5, 7)}` === other;
}

const enum Closeness {
  None,
  /** A slip of the finger or two. */
  Near,
  /** The same to the ear. */
  Heard,
  Same,
}

function heard(name: string | null): HeardName {
  return name === null ? { folded: "", sound: "" } : { folded: foldName(name), sound: soundOf(name) };
}

function bestOf(some: readonly HeardName[], others: readonly HeardName[]): Closeness {
  let best = Closeness.None;
  for (const one of some) for (const other of others) best = Math.max(best, closeness(one, other));
  return best;
}

function closeness(one: HeardName, other: HeardName): Closeness {
  if (one.folded === "" || other.folded === "") return Closeness.None;
  if (one.folded === other.folded) return Closeness.Same;
  if (one.sound !== "" && one.sound === other.sound) return Closeness.Heard;
  const shorter = Math.min(one.folded.length, other.folded.length);
  // In a name of three letters one slip makes another name.
  const allowed = shorter < 4 ? 0 : shorter < 8 ? 1 : 2;
  return allowed > 0 && slipsBetween(one.folded, other.folded, allowed) <= allowed
    ? Closeness.Near
    : Closeness.None;
}
