/** The form that has every control, as a host gives it to the components. */
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { AUTHOR, type FlatAnswers, native } from "./flat";
import { instruments } from "./instruments";

export const form = parseQuestionnaire(instruments());
export const context = {
  visitDate: "2026-11-23",
  today: "2026-11-23",
  stop: null,
  commune: (): null => null,
};
/** When everything of `props` was answered: that of `AUTHOR`. */
export const SINCE = "2026-11-23T09:40:00.000+01:00";

/** What a component is given: these answers, and anything more. */
export function props(answers: FlatAnswers, more: object = {}): never {
  const host = {
    form,
    answers: native(form, answers),
    entries: {},
    context,
    member: AUTHOR.by,
    now: () => SINCE,
    onchange: () => undefined,
    ...more,
  };
  return host as never;
}

/** A host whose clock says so many seconds later. */
export const later = (seconds: number): { now: () => string } => ({
  now: () => new Date(Date.parse(SINCE) + seconds * 1000).toISOString(),
});

export const chosen = (code: string): { values: string[] } => ({ values: [code] });
