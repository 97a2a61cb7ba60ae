/** Whether answers ask for secrecy (`escale:restricts`, `docs/forms.md`): the record is then restricted (wire §2.3). */
import { type Answers, valuesOf } from "./answers";
import type { Form } from "./form";

/** Whether a question that restricts is answered yes; a stated absence is no yes. */
export function asksSecrecy(form: Form, answers: Answers): boolean {
  return form.questions.some(
    ({ restricts, linkId }) => restricts && valuesOf(answers[linkId]).some((value) => value === true),
  );
}
