/**
 * A prevention stand as a tablet sees it: which of the stop's instruments is its, whose a label is, which number a visit
 * wears.
 */
import { t } from "$i18n/index";
import type { LabelSheet, Roster } from "$lib/central/roster";
import type { StoredDraft } from "$lib/drafts/draft";
import { isQuestion, type Form } from "$lib/forms/form";
import { labelVisit, MOST_LABELS, type Label } from "$lib/labels/label";
import { visitsOf } from "./day";
import type { Desk, ListedRecord } from "./desk.svelte";
import type { Instrument } from "./instruments";
import { COMPLETE, courseOf } from "./parts";
import { visitPerson, type Person } from "./people";
import { linesOf } from "./today";

/** The part that each station of a stand writes, in the stand's form and in others that know stations. */
export const STATION = "station";

/** Whether `form` is written by a reception and by stations. */
export function isStand(form: Form): boolean {
  return courseOf(form)?.needed.includes(STATION) === true;
}

/** Whether `form` counts people without a name. */
export function countsAnonymously(form: Form): boolean {
  const mode = form.items.get("identity.mode");
  return isQuestion(mode) && mode.options.some(({ coding }) => coding.code === "anonymous");
}

/** The stand's instrument among those of the stop, or `null`. */
export function standOf(instruments: readonly Instrument[]): Instrument | null {
  return instruments.find(({ form }) => isStand(form)) ?? null;
}

/** What this tablet knows of a label's visit. */
export interface LabelUse {
  readonly label: Label;
  /** Whether it is of the stop's own sheet. */
  readonly ours: boolean;
  /** Who wears it, as reception wrote or as a notice says; `null` while nobody is known here. */
  readonly person: Pick<Person, "name" | "birth"> | null;
  /** The record that says who it is, when it is here. */
  readonly reception: ListedRecord | null;
  /** Whether somebody said something of the visit, though nothing of theirs may be here yet. */
  readonly begun: boolean;
  readonly records: readonly ListedRecord[];
  readonly drafts: readonly StoredDraft[];
}

/** What is known here of `label` at the stop of `roster`. */
export function labelUse(desk: Desk, roster: Roster, label: Label, ours: boolean): LabelUse {
  const visit = visitsOf(linesOf(desk, roster)).find((line) => line.visit === label.visit);
  const records = visit?.records ?? [];
  const reception =
    records.find(({ entry }) => entry.part === "reception" || entry.part === COMPLETE) ?? null;
  const named = visit === undefined ? null : visitPerson(visit, roster.stop.date);
  const person = named?.name === t("app.person_unnamed") ? null : named;
  const begun = (visit?.attendance ?? null) !== null;
  return { label, ours, person, reception, begun, records, drafts: visit?.drafts ?? [] };
}

/** The number that each visit of `sheets` wears. */
export async function labelNumbers(sheets: readonly LabelSheet[]): Promise<ReadonlyMap<string, number>> {
  const labels = sheets.flatMap(({ seed, count }) =>
    Array.from({ length: Math.min(count, MOST_LABELS) }, (_, place) => ({ seed, number: place + 1 })),
  );
  return new Map(
    await Promise.all(
      labels.map(async ({ seed, number }) => [await labelVisit(seed, number), number] as const),
    ),
  );
}

/** `person` of a visit, called by the label they wear while nobody knows more. */
export function wearing<P extends Pick<Person, "name">>(
  { labels }: Pick<Desk, "labels">,
  visit: string,
  person: P,
): P {
  const number = labels.get(visit);
  if (number === undefined || person.name !== t("app.person_unnamed")) return person;
  return { ...person, name: t("stand.label_number", { number }) };
}
