/** A draft: a record being captured, as it is kept sealed between two touches of the screen. */
import type { Expected, Stop } from "../central/roster";
import type { FormReference, Replacement } from "../envelope/payload";
import type { Answers, Entries } from "../forms/answers";
import type { Kits } from "../forms/kits";
import type { NamedPerson } from "../notice/body";

/** One change of hands. `by` is the member who did it: usually the giver, the taker when the giver is away. */
export interface HandOver {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Why a draft was put aside; it is kept, sealed. */
export interface Discard {
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

/** When the person came and left; a correction keeps those of the record it replaces. RFC 3339. */
export interface VisitPeriod {
  readonly start: string;
  /** `null` until the record is signed. */
  readonly end: string | null;
}

/** Who the team's directory says that this person is; only somebody at work says so. */
export interface Recognition {
  /** Person key whose summary is carried forward; `null` when nobody was recognised. */
  readonly person: string | null;
  /** People who look alike, about whom it was said whether they are this one, as `lib/people/candidates.ts` names them. */
  readonly settled: readonly string[];
}

/** What is sealed. Members are member ids; each answer keeps its own author. */
export interface Draft {
  readonly v: 1;
  readonly id: string;
  readonly organization: string;
  readonly campaign: string;
  readonly team: string;
  readonly visit: string;
  readonly period: VisitPeriod;
  /** The stop as it was known when the capture began. */
  readonly stop: Stop;
  /** The expected person this is about, or `null` for a walk-in. */
  readonly expected: Expected | null;
  /** Pinned: a newer version arriving by replication changes nothing here. */
  readonly form: FormReference;
  readonly replaces: Replacement | null;
  /** The record it replaces is restricted (wire §2.3): known from the draft alone, by whoever it was handed to. */
  readonly replaces_restricted?: true;
  /** Absent from drafts of before the directory. */
  readonly recognition?: Recognition;
  /** Who the visit's other records say it is, for a form that asks nobody who they are; absent from the others. */
  readonly about?: NamedPerson;
  /** Member whose draft it is now. */
  readonly owner: string;
  readonly answers: Answers;
  readonly entries: Entries;
  /** What is kept of the kits that are not chosen; absent from drafts that keep none. */
  readonly kits?: Kits;
  /** linkId of the section on screen. */
  readonly section: string | null;
  readonly hand_overs: readonly HandOver[];
  readonly discard: Discard | null;
  /**
   * When each answer that it began with was given, by linkId: of the roster, of the visit's other records. What still bears
   * that moment is nobody's work of this record. Absent from corrections, and from drafts of before it was kept.
   */
  readonly began_with?: Readonly<Record<string, string>>;
  /** Whether anything was answered, typed or chosen since it was begun; absent from drafts of before it was kept. */
  readonly touched?: boolean;
  /** RFC 3339. */
  readonly started_at: string;
  readonly saved_at: string;
}

/** A draft as it was read: its content and its place in the store. */
export interface StoredDraft {
  /** Slot of the owner. */
  readonly slot: string;
  /** Count of saves; a writer continues from it. */
  readonly save: number;
  readonly draft: Draft;
}

/** What a capture changes. */
export type DraftChange = Partial<
  Pick<Draft, "answers" | "entries" | "kits" | "section" | "recognition" | "visit" | "expected" | "touched">
>;
