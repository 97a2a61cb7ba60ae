/** A published form, ready to be filled: parsed once, with the reference that a record repeats. */
import type { PublishedForm } from "$lib/central/form";
import type { FormReference } from "$lib/envelope/payload";
import { parseQuestionnaire, type Form } from "$lib/forms";

/** A form and its reference. */
export interface LoadedForm {
  readonly form: Form;
  readonly reference: FormReference;
}

/** Whether `form` is about an act: the visit's other records say whose, it asks nobody (`escale:use`, docs/forms.md). */
export function isAct(form: Pick<Form, "use">): boolean {
  return form.use === "act";
}

/** The form has not arrived on this tablet yet: it comes by replication. */
export class FormMissing extends Error {
  override readonly name = "FormMissing";

  constructor(
    readonly url: string,
    readonly version: string,
  ) {
    super(`form ${url}|${version} is not here`);
  }
}

const parsed = new Map<string, Form>();

/** Parse `published`, or answer the form already parsed from the same bytes. Raises `FormInvalid`. */
export function readForm({ url, version, digest, questionnaire }: PublishedForm): LoadedForm {
  const form = parsed.get(digest) ?? parseQuestionnaire(JSON.parse(questionnaire));
  parsed.set(digest, form);
  return { form, reference: { url, version, digest } };
}
