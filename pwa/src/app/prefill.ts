/** First answers of a capture: the form's own, what the roster knows, who the person is. Loaded when a capture begins. */
import type { PersonSummary } from "$lib/central/person";
import type { Expected } from "$lib/central/roster";
import { loadCommunes } from "$lib/communes";
import { initialAnswers, type Answer, type Answers, type Author, type Coding, type Form } from "$lib/forms";
import { isQuestion, rosterField } from "$lib/forms/form";

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";
/** Which part of the visit a record holds (docs/forms.md). */
export const PART = "identity.part";

/** Somebody who came without appointment, as a roster would say it (docs/forms.md). */
const WALK_IN = { booking: "sans_rdv" };

/** The answers `form` starts with, for an expected person or a walk-in; `author` answers for them. */
export async function prefill(form: Form, expected: Expected | null, author: Author): Promise<Answers> {
  const communes = await loadCommunes();
  const roster = { ...(expected ?? WALK_IN) };
  return initialAnswers(form, { roster, communeName: (insee) => communes.get(insee)?.name ?? null }, author);
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
