/** What was found the last time, beside what is found now: the items that a form keeps for comparison (`escale:remembered`). */
import { absenceWords, valueWords, words } from "$components/form/wording";
import type { Fact, PersonSummary } from "$lib/central/person";
import { loadCommunes } from "$lib/communes";
import { nativeValues, type CommuneName } from "$lib/forms/flat";
import type { Answer, Answers } from "$lib/forms";
import type { Form, Question } from "$lib/forms/form";
import type { Desk, ListedRecord } from "./desk.svelte";
import { FormMissing } from "./form";
import { openRecord, RecordUnreadable } from "./record";

/** One item, then and now. */
export interface PreviousRow {
  readonly linkId: string;
  /** linkId of its section. */
  readonly section: string;
  readonly label: string;
  readonly before: string;
  readonly day: string;
  readonly by: string;
  /** What is answered now; `null` while nothing is. */
  readonly now: string | null;
  /** Whether now differs from then; `null` while it cannot be said. */
  readonly differs: boolean | null;
}

/** The items that `form` remembers and of which `facts` know something, in the order of the form. */
export function previousRows(
  form: Form,
  facts: ReadonlyMap<string, Fact>,
  answers: Answers,
  communeName: CommuneName,
): readonly PreviousRow[] {
  const reviews = new Set(form.questions.map(({ reviewedBy }) => reviewedBy));
  return form.questions.flatMap((question) => {
    const fact = facts.get(question.linkId);
    if (!question.remembered || question.carried || fact === undefined) return [];
    // That somebody validated says nothing of the person.
    if (reviews.has(question.linkId)) return [];
    const before = factWords(question, fact, communeName);
    if (before === null) return [];
    const now = answerWords(question, answers[question.linkId]);
    const { linkId, section, label } = question;
    const { day, by } = fact;
    const differs = now === null || !isFinding(question) ? null : now !== before;
    return [{ linkId, section, label: words(label), before, day, by, now, differs }];
  });
}

/** Whether a change says something of the person: which words were dictated is drawn, and weighs nothing. */
function isFinding({ calculation, type, options }: Question): boolean {
  return calculation === undefined || type !== "choice" || options.some(({ tone }) => tone !== undefined);
}

function factWords(question: Question, { answer }: Fact, communeName: CommuneName): string | null {
  if ("absent" in answer) return absenceWords(answer.absent);
  const values = nativeValues(question, answer.values, communeName);
  return values === null ? null : values.map((value) => valueWords(question, value)).join(", ");
}

function answerWords(question: Question, answer: Answer | undefined): string | null {
  if (answer === undefined) return null;
  if (answer.kind === "absent") return absenceWords(answer.reason);
  return answer.values.map((value) => valueWords(question, value)).join(", ");
}

/** One instrument's last results of a person, and those signed since, which the summary does not know yet. */
export interface PreviousOfForm {
  readonly url: string;
  readonly title: string;
  readonly rows: readonly PreviousRow[];
}

/** The last results of `summary`'s person, by instrument; `since`: their records that it does not know of yet. */
export async function previousByForm(
  desk: Desk,
  summary: PersonSummary,
  since: readonly ListedRecord[],
): Promise<readonly PreviousOfForm[]> {
  const communes = await loadCommunes().catch(() => null);
  const found: PreviousOfForm[] = [];
  for (const { form, title } of await knownForms(desk)) {
    if (!form.questions.some(({ remembered, carried }) => remembered && !carried)) continue;
    const answers = await answersSince(desk, since, form.url);
    const rows = previousRows(form, summary.facts, answers, (insee) => communes?.get(insee)?.name ?? null);
    if (rows.length > 0) found.push({ url: form.url, title, rows });
  }
  return found;
}

/** The forms of the team's stops that are here, the latest stop's version of each. */
export async function knownForms(
  desk: Desk,
): Promise<readonly { readonly form: Form; readonly title: string }[]> {
  const latest = new Map(
    desk.rosters.flatMap(({ forms }) => forms.map((listed) => [listed.url, listed] as const)),
  );
  const loaded = await Promise.all(
    [...latest.values()].map(async ({ url, version, title }) => {
      try {
        const { form } = await desk.form(url, version);
        return [{ form, title: title ?? words(form.title) }];
      } catch (error) {
        if (error instanceof FormMissing) return []; // it comes by replication
        throw error;
      }
    }),
  );
  return loaded.flat();
}

async function answersSince(desk: Desk, since: readonly ListedRecord[], url: string): Promise<Answers> {
  const [latest] = since
    .filter(({ entry }) => entry.form === url)
    .sort((one, other) => Date.parse(other.entry.signed_at) - Date.parse(one.entry.signed_at));
  if (latest === undefined) return {};
  try {
    return (await openRecord(desk, latest.entry.envelope)).answers;
  } catch (error) {
    if (error instanceof RecordUnreadable || error instanceof FormMissing) return {};
    throw error;
  }
}
