/** What the professional said of calculated results (`escale:reviewed-by`, `escale:sets-aside`). */
import { type Answers, isCoding, valuesOf } from "./answers";
import type { Form, Question } from "./form";

/** The professional's word on a result. */
export type ReviewWord = "validated" | "set_aside";

/**
 * What the professional said of the calculated `question`; undefined when it is not reviewed, or not yet.
 *
 * Where options name the results that are set aside, a result that they name and that was not chosen stands.
 */
export function reviewOf(form: Form, question: Question, answers: Answers): ReviewWord | undefined {
  const [word] = question.reviewedBy === undefined ? [] : valuesOf(answers[question.reviewedBy]);
  const code = isCoding(word) ? word.code : undefined;
  if (code !== "validated" && code !== "set_aside") return undefined;
  return code === "set_aside" && isSpared(form, question, answers) ? "validated" : code;
}

function isSpared(form: Form, { linkId }: Question, answers: Answers): boolean {
  const naming = form.questions.flatMap((each) => {
    const codes = each.options
      .filter(({ setsAside }) => setsAside === linkId)
      .map(({ coding }) => coding.code);
    const values = valuesOf(answers[each.linkId]).filter(isCoding);
    return codes.length === 0 || answers[each.linkId] === undefined ? [] : [{ codes, values }];
  });
  return (
    naming.length > 0 && !naming.some(({ codes, values }) => values.some(({ code }) => codes.includes(code)))
  );
}

/** The questions that are asked because `question` was set aside; none when it was not. */
export function setAsideReasons(form: Form, question: Question, answers: Answers): readonly Question[] {
  if (reviewOf(form, question, answers) !== "set_aside") return [];
  return form.questions.filter(({ conditions }) =>
    conditions.some(
      (condition) =>
        condition.question === question.reviewedBy &&
        condition.operator === "=" &&
        typeof condition.answer === "object" &&
        condition.answer.code === "set_aside",
    ),
  );
}
