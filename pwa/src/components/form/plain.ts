/** What a form says to the person it is about: the questions of their own view, the results of their page. */
import {
  descendants,
  type Form,
  type Group,
  isQuestion,
  type Localised,
  type Question,
} from "$lib/forms/form";

/**
 * The questions of a section that are put to the person.
 *
 * In a form that speaks plainly anywhere, those that have plain words of their own: the others are the professional's.
 * In a form that never does, all but who the person is. Never what is calculated, fixed or hidden.
 */
export function plainQuestions(form: Form, section: Group): readonly Question[] {
  const speaks = form.questions.some(
    (question) => isForPerson(question) && question.personText !== undefined,
  );
  return descendants(section)
    .filter(isQuestion)
    .filter(isForPerson)
    .filter((question) => (speaks ? question.personText !== undefined : question.itemClass !== "identity"));
}

function isForPerson({ calculation, readOnly, hidden, type, control }: Question): boolean {
  const professional = calculation !== undefined || readOnly || hidden || control === "spirometer-file";
  return !professional && type !== "attachment";
}

/** The words of `item` for the person. */
export function plainLabel({ personText, label }: { personText?: Localised; label: Localised }): Localised {
  return personText ?? label;
}

/** The results of the person's page, in the order of the form. */
export function pageResults(form: Form): readonly Question[] {
  return form.questions.filter(({ personResult }) => personResult);
}

/** The lines of the person's page that follow its results, in the order of the form. */
export function pageLines(form: Form): readonly Question[] {
  return form.questions.filter(({ personLine }) => personLine !== undefined);
}

/** Whether the person's page is offered in the section `linkId`: it holds a result or a line of it, or the word on one. */
export function offersPage(form: Form, linkId: string): boolean {
  const results = pageResults(form);
  if (results.length === 0) return false;
  return [...results, ...pageLines(form)].some(
    ({ section, reviewedBy }) =>
      section === linkId || (reviewedBy !== undefined && form.items.get(reviewedBy)?.section === linkId),
  );
}
