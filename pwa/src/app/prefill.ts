/** First answers of a capture: the form's own, and what the roster knows. Loaded when a capture begins. */
import type { Expected } from "$lib/central/roster";
import { loadCommunes } from "$lib/communes";
import { initialAnswers, type Answers, type Author, type Form } from "$lib/forms";

/** The answers `form` starts with, for an expected person or a walk-in; `author` answers for them. */
export async function prefill(form: Form, expected: Expected | null, author: Author): Promise<Answers> {
  const communes = await loadCommunes();
  return initialAnswers(form, { ...expected }, author, (insee) => communes.get(insee)?.name ?? null);
}
