/** A person's summary as its screen shows it: facts in words, measures in lines, what this tablet knows besides. */
import { absenceWords, laterWords, valueWords, words } from "$components/form/wording";
import { formatNumber } from "$i18n/index";
import type { Fact, PastVisit, PersonSummary, Vital } from "$lib/central/person";
import { loadCommunes } from "$lib/communes";
import { earlierFacts, type EarlierFacts } from "$lib/forms/carry";
import { isQuestion, type Form } from "$lib/forms/form";
import { decimalsOf } from "$lib/forms/numbers";
import { foldName } from "$lib/names/fold";
import type { SearchEntry } from "$lib/search/entry";
import type { Desk } from "./desk.svelte";
import { knownForms } from "./previous";

/** One fact in words. */
export interface ShownFact {
  readonly linkId: string;
  readonly label: string;
  readonly text: string;
  /** It is a stated absence: neither a value nor a no. */
  readonly absent: boolean;
  readonly day: string;
  readonly by: string;
  /** What was said since and is no value, in words. */
  readonly later: string | null;
}

/** What a group of facts is about. */
export type FactGroup = "allergies" | "treatments" | "conditions" | "gp" | "other_facts";

const GROUPS: readonly (readonly [FactGroup, RegExp])[] = [
  ["allergies", /^history\.allergies/],
  ["treatments", /^history\.treatments/],
  ["conditions", /^history\./],
  ["gp", /^visit\.(attending|undeclared)_gp/],
  ["other_facts", /^/],
];

/** The groups always shown, in their order: that nothing was ever recorded is told, and is not "none". */
export const ALWAYS_SHOWN: readonly FactGroup[] = ["allergies", "treatments", "conditions", "gp"];

/** The facts of `summary` in words, by group, each group in the order of the form. Raises nothing. */
export async function shownFacts(
  desk: Desk,
  summary: PersonSummary,
): Promise<ReadonlyMap<FactGroup, readonly ShownFact[]>> {
  const [forms, communes] = await Promise.all([knownForms(desk), loadCommunes().catch(() => null)]);
  const communeName = (insee: string): string | null => communes?.get(insee)?.name ?? null;
  const questions = forms.flatMap(({ form }) => form.questions);
  const compared = new Set(
    questions.filter(({ remembered, carried }) => remembered && !carried).map(({ linkId }) => linkId),
  );
  const order = questions.map(({ linkId }) => linkId);
  const facts = [...summary.facts]
    // What is kept for comparison is shown as such, by instrument.
    .filter(([linkId]) => !compared.has(linkId))
    .map(([linkId, fact]) => {
      const known = forms.find(({ form }) => isQuestion(form.items.get(linkId)))?.form ?? null;
      return shownFact(known, known && earlierFacts(known, summary.facts, communeName), linkId, fact);
    })
    .sort((one, other) => order.indexOf(one.linkId) - order.indexOf(other.linkId));
  const groups = new Map<FactGroup, ShownFact[]>(GROUPS.map(([group]) => [group, []]));
  for (const fact of facts) {
    const [group] = GROUPS.find(([, pattern]) => pattern.test(fact.linkId)) ?? ["other_facts" as const];
    groups.get(group)?.push(fact);
  }
  return groups;
}

function shownFact(form: Form | null, native: EarlierFacts | null, linkId: string, fact: Fact): ShownFact {
  const question = form?.items.get(linkId);
  const label = isQuestion(question) ? words(question.label) : linkId;
  const said = { linkId, label, day: fact.day, by: fact.by, later: laterWords(fact.later) };
  if ("absent" in fact.answer) return { ...said, text: absenceWords(fact.answer.absent), absent: true };
  const carried = native?.get(linkId)?.carried;
  const text =
    isQuestion(question) && carried !== undefined && "values" in carried
      ? carried.values.map((value) => valueWords(question, value)).join(", ")
      : fact.answer.values.map(String).join(", ");
  return { ...said, text, absent: false };
}

/** One measure over the visits: a cell a visit, `null` where it was not taken. */
export interface MeasureRow {
  readonly label: string;
  readonly cells: readonly (string | null)[];
}

/** The measures of `visits`, in the order in which they first appear. */
export function measureRows(visits: readonly PastVisit[]): readonly MeasureRow[] {
  const labels = new Map<string, string>();
  for (const { vitals } of visits) {
    for (const vital of vitals) labels.set(nameOf(vital), labelWords(vital));
  }
  return [...labels].map(([name, label]) => {
    const found = visits.map(({ vitals }) => vitals.find((vital) => nameOf(vital) === name)?.value ?? null);
    const numbers = found.filter((value) => typeof value === "number");
    // One measure, one number of decimals: 2,1 beside 2,15 would seem measured otherwise.
    const decimals = Math.max(0, ...numbers.map(decimalsOf));
    return { label, cells: found.map((value) => (value === null ? null : valueText(value, decimals))) };
  });
}

function nameOf({ link_id, label }: Vital): string {
  return link_id ?? label;
}

function labelWords({ label, unit }: Vital): string {
  return unit === null || unit === "" ? label : `${label} (${unit})`;
}

function valueText(value: number | string, decimals: number): string {
  return typeof value === "number" ? formatNumber(value, decimals, decimals) : value;
}

/** A measure to draw: one point a visit in which it was taken, the earliest first. */
export interface Point {
  readonly visit: string;
  readonly day: string;
  readonly value: number;
}

const DRAWN = {
  sbp: /^vitals\.sbp$|systolique/i,
  dbp: /^vitals\.dbp$|diastolique/i,
  weight: /^vitals\.weight$|^poids/i,
};

/** The points of one of the measures that are drawn. */
export function pointsOf(visits: readonly PastVisit[], measure: keyof typeof DRAWN): readonly Point[] {
  return visits
    .flatMap(({ visit, day, vitals }) => {
      const value = vitals.find((vital) => DRAWN[measure].test(nameOf(vital)))?.value;
      return typeof value === "number" ? [{ visit, day, value }] : [];
    })
    .toReversed();
}

/** Records of the replica that bear the person's very traits and that the summary does not know of yet. */
export function notYetInSummary(
  entries: readonly SearchEntry[],
  summary: PersonSummary,
): readonly SearchEntry[] {
  const known = new Set(summary.visits.map(({ visit }) => visit));
  const name = foldName([summary.birth_name, summary.first_name].filter((part) => part !== null).join(" "));
  return entries.filter(
    (entry) =>
      !known.has(entry.visit) &&
      summary.birth_date !== null &&
      entry.birth_date === summary.birth_date &&
      foldName(entry.name) === name,
  );
}
