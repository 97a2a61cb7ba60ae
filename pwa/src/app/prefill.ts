/** First answers of a capture: what the roster knows, with communes by name. Loaded when a capture begins. */
import type { Expected } from "$lib/central/roster";
import { loadCommunes } from "$lib/communes";
import { initialAnswers, type Answers, type Author, type Form } from "$lib/forms";

/** The answers that `expected` gives to `form`, `author` answering for them. */
export async function prefill(form: Form, expected: Expected, author: Author): Promise<Answers> {
  const communes = await loadCommunes();
  return initialAnswers(form, { ...expected }, author, (insee) => communes.get(insee)?.name ?? null);
}
