/**
 * How many touches a form asks: counted on the controls that are really drawn, section by section, as somebody who
 * knows the answers would give them.
 *
 * A touch is one tap of a thumb; a keystroke is one character on the keypad. A text field is a tap and its characters;
 * a search is a tap, three letters and a tap; an absence is two taps; another row of a table is a tap; each screen is left by one tap, the last ones being
 * reading over and signing. What is prefilled, calculated or set beforehand costs nothing.
 */
import { render } from "svelte/server";
import FormView from "$components/form/FormView.svelte";
import { type Answer, type Answers, type FormContext, isPhoto, valuesOf } from "$lib/forms/answers";
import { writeEntry } from "$lib/forms/entry";
import type { Evaluator } from "$lib/forms/evaluate";
import { type Form, isQuestion, type Question } from "$lib/forms/form";
import { gridAround } from "$lib/forms/grid";
import { judge } from "$lib/forms/judge";
import { ExpressionMemory } from "$lib/forms/memory";
import { AUTHOR } from "./flat";

/** What a scenario costs. */
export interface Touches {
  readonly screens: number;
  readonly taps: number;
  readonly keystrokes: number;
  /** linkIds of the scenario that no screen lets anybody answer. */
  readonly unreachable: readonly string[];
}

const LETTERS_OF_A_SEARCH = 3;
const READ_OVER_AND_SIGN = 2;

/** Fills `form` from `start` until it holds `wanted`, touching only what is drawn. */
export function count(
  form: Form,
  start: Answers,
  wanted: Answers,
  context: FormContext,
  evaluator: Evaluator,
): Touches {
  let answers = start;
  // One record, drawn many times: what no new answer changes is not evaluated again.
  const memory = new ExpressionMemory();
  let taps = 0;
  let keystrokes = 0;
  const seen = new Set<string>();
  const sections = (): readonly string[] =>
    judge({ form, context, evaluator, memory }, { answers, entries: {} }, AUTHOR).sections.map(
      ({ section }) => section.linkId,
    );
  const left = (section: string): readonly Question[] =>
    form.questions.filter(
      (question) =>
        question.section === section &&
        isTyped(question) &&
        wanted[question.linkId] !== undefined &&
        !same(question, answers, wanted),
    );
  for (let current = sections()[0]; current !== undefined;) {
    seen.add(current);
    for (let again = true; again && left(current).length > 0;) {
      again = false;
      const html = render(FormView, { props: viewOf(form, answers, context, current, memory) }).body;
      for (const question of left(current)) {
        const drawn = fragment(html, question.linkId);
        const answer = wanted[question.linkId];
        if (drawn === null || answer === undefined) continue;
        const cost = costOf(question, answer, drawn);
        if (cost === null) continue;
        taps += cost.taps;
        keystrokes += cost.keystrokes;
        answers = { ...answers, [question.linkId]: answer };
        again = true;
      }
    }
    current = sections().find((each) => !seen.has(each));
  }
  const unreachable = Object.keys(wanted).filter((linkId) => {
    const question = form.items.get(linkId);
    return isQuestion(question) && isTyped(question) && !same(question, answers, wanted);
  });
  const moves = seen.size - 1 + rowsTurnedTo(form, wanted) + READ_OVER_AND_SIGN;
  return { screens: seen.size, taps: taps + moves, keystrokes, unreachable };
}

/** Rows of a table are entered one at a time: a tap for each after the first. */
function rowsTurnedTo(form: Form, wanted: Answers): number {
  const grids = [...form.items.values()].filter((item) => item.type === "group" && item.grid);
  return grids.reduce((sum, grid) => {
    const filled = new Set(
      form.questions
        .filter(
          (question) =>
            isTyped(question) &&
            wanted[question.linkId] !== undefined &&
            gridAround(form, question)?.grid === grid,
        )
        .map(({ parent }) => parent),
    );
    return sum + Math.max(0, filled.size - 1);
  }, 0);
}

function viewOf(
  form: Form,
  answers: Answers,
  context: FormContext,
  section: string,
  memory: ExpressionMemory,
): never {
  // An hour later: what is delayed is open.
  const now = (): string => "2026-11-23T10:40:00.000+01:00";
  const photos = { image: () => Promise.reject(new Error()), add: () => Promise.reject(new Error()) };
  const member = AUTHOR.by;
  const onchange = (): void => undefined;
  return { form, answers, entries: {}, context, member, now, photos, onchange, section, memory } as never;
}

/** Whether somebody answers the question at all. */
function isTyped({ calculation, readOnly, hidden, elapsed }: Question): boolean {
  return calculation === undefined && elapsed === undefined && !readOnly && !hidden;
}

function same({ linkId }: Question, answers: Answers, wanted: Answers): boolean {
  const plain = (answer: Answer | undefined): string =>
    answer?.kind === "absent" ? answer.reason : JSON.stringify(valuesOf(answer));
  return answers[linkId] !== undefined && plain(answers[linkId]) === plain(wanted[linkId]);
}

/** The HTML of one question, as it is drawn; null when it is not. */
function fragment(html: string, linkId: string): string | null {
  const from = html.indexOf(`id="question-${linkId}"`);
  if (from < 0) return null;
  const to = html.indexOf('id="question-', from + 1);
  return html.slice(from, to < 0 ? undefined : to);
}

interface Cost {
  readonly taps: number;
  readonly keystrokes: number;
}

/** What one answer costs with the control that `drawn` holds; null when it holds none that could give it. */
function costOf(question: Question, answer: Answer, drawn: string): Cost | null {
  if (answer.kind === "absent") return drawn.includes("-reasons") ? { taps: 2, keystrokes: 0 } : null;
  const { values } = answer;
  const tapped = (taps: number): Cost => ({ taps, keystrokes: 0 });
  if (/data-stopwatch/.test(drawn)) return tapped(2);
  if (/data-file/.test(drawn)) return tapped(3);
  if (/type="range"/.test(drawn)) return tapped(1);
  if (/data-photo/.test(drawn)) return tapped(2 * values.filter(isPhoto).length);
  if (/role="combobox"/.test(drawn)) {
    return { taps: 2 * values.length, keystrokes: LETTERS_OF_A_SEARCH * values.length };
  }
  if (/type="(radio|checkbox)"/.test(drawn)) return tapped(values.length);
  if (/<select/.test(drawn)) return tapped(2);
  if (!/<textarea|<input/.test(drawn)) return null;
  const text = values
    .map((value) => (answer.typedAs !== undefined ? answer.typedAs : writeEntry(question, value)))
    .map((typed) => (question.type === "date" ? typed.replaceAll("/", "") : typed));
  // Several texts: each is added by a tap.
  const added = question.repeats ? values.length : 0;
  return { taps: 1 + added, keystrokes: text.reduce((sum, typed) => sum + typed.length, 0) };
}
