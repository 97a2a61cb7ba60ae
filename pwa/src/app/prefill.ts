/** First answers of a capture: the form's own, what the roster knows, who the person is. Loaded when a capture begins. */
import type { PersonSummary } from "$lib/central/person";
import type { Expected, Roster } from "$lib/central/roster";
import { loadCommunes } from "$lib/communes";
import {
  initialAnswers,
  isCoding,
  valuesOf,
  type Answer,
  type Answers,
  type Author,
  type Coding,
  type Form,
  type Value,
} from "$lib/forms";
import { isQuestion, rosterField, type Question } from "$lib/forms/form";
import type { Kept } from "$lib/forms/prefill";
import { illTyped } from "$lib/forms/values";

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";
/** Which part of the visit a record holds (docs/forms.md). */
export const PART = "identity.part";

/** Somebody who came without appointment, as a roster would say it (docs/forms.md). */
const WALK_IN = { booking: "sans_rdv" };

/** What is known when a capture begins. `author` answers for what is in it. */
export interface StartingFrom {
  /** `null` for a walk-in. */
  readonly expected: Expected | null;
  /** Of the stop: its theme, and the campaign's settings. */
  readonly roster: Pick<Roster, "settings"> & { readonly stop: Pick<Roster["stop"], "theme"> };
  /** What the team knows of the person; `null` when nobody was recognised. */
  readonly summary: PersonSummary | null;
  readonly author: Author;
  /** What `author` answered before at this stop and on this day. */
  readonly kept?: Kept;
}

/** The answers `form` starts with (docs/forms.md, Starting values). */
export async function prefill(
  form: Form,
  { expected, roster, summary, author, kept = new Map() }: StartingFrom,
): Promise<Answers> {
  const communes = await loadCommunes();
  const known = {
    roster: { ...(expected ?? WALK_IN) },
    settings: roster.settings[form.url] ?? {},
    theme: roster.stop.theme ?? null,
    facts: summary?.facts ?? new Map(),
    kept,
    communeName: (insee: string) => communes.get(insee)?.name ?? null,
  };
  return initialAnswers(form, known, author);
}

/** What the person's summary remembers, for the questions of `form` that start from it: asked once they are recognised. */
export async function rememberedFacts(form: Form, summary: PersonSummary, author: Author): Promise<Answers> {
  const communes = await loadCommunes();
  const communeName = (insee: string): string | null => communes.get(insee)?.name ?? null;
  const answers = initialAnswers(form, { facts: summary.facts, communeName }, author);
  const starts = new Set(
    form.questions.filter(({ startsFrom }) => startsFrom?.from === "fact").map(({ linkId }) => linkId),
  );
  return Object.fromEntries(Object.entries(answers).filter(([linkId]) => starts.has(linkId)));
}

/** What is the same whatever is done for the person on that day, besides their identity; and what a doctor concluded. */
const SAME_WHATEVER_THE_FORM = [
  "visit.commune",
  "visit.attending_gp",
  "visit.attending_gp_name",
  "outcome.main",
  "outcome.answer",
  "outcome.notes",
  "outcome.next_date",
  "outcome.signed_name",
];

/**
 * Of `said`, in other records of the visit, what `form` asks too: who the person is, where they live, who their doctor is,
 * what a doctor of the team concluded.
 * Each answer stays its author's; one that this form does not take, of an option it does not offer say, is asked.
 */
export function answersHere(form: Form, said: Answers): Answers {
  const answers: Record<string, Answer> = {};
  for (const [linkId, answer] of Object.entries(said)) {
    const question = form.items.get(linkId);
    const shared = linkId.startsWith("identity.") || SAME_WHATEVER_THE_FORM.includes(linkId);
    if (!shared || linkId === PART || !isQuestion(question) || question.calculation !== undefined) continue;
    if (takes(question, answer)) answers[linkId] = answer;
  }
  return answers;
}

function takes(question: Question, answer: Answer): boolean {
  if (answer.kind === "absent") return question.absences;
  const offered = (value: Value): boolean =>
    !isCoding(value) ||
    question.lookup !== undefined ||
    question.options.some(({ coding }) => coding.code === value.code && coding.system === value.system);
  return illTyped(question, answer) === null && valuesOf(answer).every(offered);
}

/**
 * `answers` of a walk-in that turns out to be `expected`: how they booked is what the roster says, and asked when it says
 * nothing. An answer that somebody gave since `begun` (RFC 3339) is theirs, and stays.
 */
export function booked(
  form: Form,
  answers: Answers,
  expected: Expected,
  { author, begun }: { readonly author: Author; readonly begun: string },
): Answers {
  const question = form.questions.find((each) => rosterField(each) === "booking");
  const given = question === undefined ? undefined : answers[question.linkId];
  if (question === undefined || given === undefined || Date.parse(given.at) > Date.parse(begun))
    return answers;
  const others = Object.fromEntries(Object.entries(answers).filter(([linkId]) => linkId !== question.linkId));
  const known = { roster: { booking: expected.booking }, communeName: () => null };
  const said = initialAnswers(form, known, author)[question.linkId];
  return said === undefined ? others : { ...others, [question.linkId]: said };
}

/**
 * The identity of somebody the team knows, as first answers: provisional, to be checked with the person like any other.
 * What is carried forward (phone, used name) is not among them: it is offered, and confirmed.
 */
export async function knownIdentity(form: Form, known: PersonSummary, author: Author): Promise<Answers> {
  const communes = await loadCommunes();
  const { birth_name, first_name, birth_date, sex } = known;
  const roster = { birth_name, first_name, birth_date, sex };
  const traits = initialAnswers(form, { roster, communeName: () => null }, author);
  const answers: Record<string, Answer> = {};
  for (const [linkId, answer] of Object.entries(traits)) {
    if (linkId.startsWith("identity.") && linkId !== PART) answers[linkId] = answer;
  }
  if (known.given_names !== null && isQuestion(form.items.get("identity.given_names"))) {
    answers["identity.given_names"] = { kind: "values", values: [known.given_names], ...author };
  }
  const place = birthPlace(form, known.birth_place, (insee) => communes.get(insee)?.name ?? null);
  if (place !== null) answers["identity.birth_place"] = { kind: "values", values: [place], ...author };
  return answers;
}

function birthPlace(
  form: Form,
  code: string | null,
  communeName: (insee: string) => string | null,
): Coding | null {
  const question = form.items.get("identity.birth_place");
  if (code === null || !isQuestion(question)) return null;
  const option = question.options.find(({ coding }) => coding.code === code);
  const display = communeName(code);
  return option?.coding ?? (display === null ? null : { system: INSEE, code, display });
}
