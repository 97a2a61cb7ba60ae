/** One action after another on a form being filled. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Answer, Coding } from "$lib/forms/answers";
import type { Rules } from "$lib/forms/calculate";
import * as edit from "$lib/forms/edit";
import { proposals } from "$lib/forms/entry";
import { judge } from "$lib/forms/judge";
import { initialAnswers } from "$lib/forms/prefill";
import { context, form, full, question, rules } from "./consultation";
import { AUTHOR, flatValue } from "./flat";

const DOCTOR = { by: "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f002", at: "2026-11-23T10:00:00.000+01:00" };
const EMPTY: edit.Filling = { answers: {}, entries: {} };
let ruled: Rules;

beforeAll(async () => {
  ruled = await rules();
});

const typed = (state: edit.Filling, linkId: string, text: string, author = AUTHOR): edit.Filling =>
  edit.type(form, state, question(linkId), text, author, context);
const option = (linkId: string, code: string): Coding => {
  const found = question(linkId).options.find(({ coding }) => coding.code === code);
  if (!found) throw new Error(code);
  return found.coding;
};
const chosen = (state: edit.Filling, linkId: string, ...codes: string[]): edit.Filling =>
  codes.reduce((now, code) => edit.choose(form, now, question(linkId), option(linkId, code), AUTHOR), state);
const values = (answer: Answer | undefined): unknown =>
  answer?.kind === "values" ? answer.values.map(flatValue) : answer?.kind;

describe("typing", () => {
  test("answers as soon as the text can be read, and signs it", () => {
    const state = typed(EMPTY, "vitals.weight", "70,5");
    expect(values(state.answers["vitals.weight"])).toEqual([70.5]);
    expect(state.answers["vitals.weight"]).toMatchObject(AUTHOR);
  });

  test("keeps what cannot be read, and drops the answer it replaced", () => {
    const state = typed(typed(EMPTY, "vitals.weight", "70"), "vitals.weight", "70x");
    expect(state).toEqual({ answers: {}, entries: { "vitals.weight": "70x" } });
    expect(typed(state, "vitals.weight", "71").entries).toEqual({});
  });

  test("nothing clears the answer and the entry", () => {
    expect(typed(typed(EMPTY, "vitals.weight", "7x"), "vitals.weight", " ")).toEqual(EMPTY);
  });

  test("beside an answer leaves it: a search is not a change", () => {
    const state = edit.note(chosen(EMPTY, "reasons.icpc", "A01"), question("reasons.icpc"), "toux");
    expect(values(state.answers["reasons.icpc"])).toEqual(["A01"]);
    expect(edit.note(state, question("reasons.icpc"), "").entries).toEqual({});
  });

  test("by another member makes the answer theirs, and only that one", () => {
    const state = typed(
      typed(typed(EMPTY, "vitals.weight", "70"), "vitals.height", "170"),
      "vitals.height",
      "171",
      DOCTOR,
    );
    expect(state.answers["vitals.weight"]?.by).toBe(AUTHOR.by);
    expect(state.answers["vitals.height"]?.by).toBe(DOCTOR.by);
  });
});

describe("choosing", () => {
  test("replaces a single choice", () => {
    expect(values(chosen(EMPTY, "identity.sex", "F", "M").answers["identity.sex"])).toEqual(["M"]);
  });

  test("adds to several, and takes back what is tapped again", () => {
    const state = chosen(EMPTY, "reasons.reason", "douleur", "autre", "douleur");
    expect(values(state.answers["reasons.reason"])).toEqual(["autre"]);
    expect(chosen(state, "reasons.reason", "autre").answers).toEqual({});
  });

  test("an exclusive option leaves it alone, and another takes its place", () => {
    const alone = chosen(EMPTY, "conclusion.documents", "letter", "none");
    expect(values(alone.answers["conclusion.documents"])).toEqual(["none"]);
    expect(values(chosen(alone, "conclusion.documents", "letter").answers["conclusion.documents"])).toEqual([
      "letter",
    ]);
  });
});

describe("a stated absence", () => {
  test("replaces the value, and is replaced by one", () => {
    const state = edit.stateAbsence(
      form,
      typed(EMPTY, "vitals.hr", "7x"),
      question("vitals.hr"),
      "asked-declined",
      AUTHOR,
    );
    expect(state).toEqual({
      answers: { "vitals.hr": { kind: "absent", reason: "asked-declined", ...AUTHOR } },
      entries: {},
    });
    expect(values(typed(state, "vitals.hr", "72").answers["vitals.hr"])).toEqual([72]);
  });
});

describe("a proposal taken", () => {
  test("fills both numbers of 13/8 and keeps what was typed", () => {
    const [proposal] = proposals(form, question("vitals.sbp"), "13/8");
    if (!proposal) throw new Error("nothing proposed");
    const state = edit.accept(form, typed(EMPTY, "vitals.sbp", "13/8"), "13/8", proposal, AUTHOR);
    expect(state.entries).toEqual({});
    expect(state.answers["vitals.sbp"]).toMatchObject({ typedAs: "13/8" });
    expect(values(state.answers["vitals.sbp"])).toEqual([130]);
    expect(values(state.answers["vitals.dbp"])).toEqual([80]);
  });
});

describe("a confirmation", () => {
  test("silences its warning until the value changes", () => {
    const unusual = typed(EMPTY, "vitals.hr", "140");
    const codes = (state: edit.Filling): string[] =>
      judge(ruled, state, AUTHOR)
        .findings.filter(({ linkId }) => linkId === "vitals.hr")
        .map(({ code }) => code);
    expect(codes(unusual)).toEqual(["soft-limit"]);
    const confirmed = edit.confirm(unusual, "vitals.hr", AUTHOR);
    expect(codes(confirmed)).toEqual([]);
    expect(codes(typed(confirmed, "vitals.hr", "141"))).toEqual(["soft-limit"]);
  });

  test("of two values together does not outlive one of them", () => {
    const close = typed(typed(EMPTY, "vitals.sbp", "109"), "vitals.dbp", "100");
    const confirmed = edit.confirm(close, "vitals.sbp", AUTHOR);
    expect(judge(ruled, confirmed, AUTHOR).findings.map(({ code }) => code)).not.toContain("pulse-pressure");
    const changed = typed(confirmed, "vitals.dbp", "101");
    expect(judge(ruled, changed, AUTHOR).findings.map(({ code }) => code)).toContain("pulse-pressure");
  });

  test("of a calculated value does not outlive a recalculation", () => {
    const heavy = typed(typed(EMPTY, "vitals.weight", "170"), "vitals.height", "170");
    const value = judge(ruled, heavy, AUTHOR).pass.calculated.get("vitals.bmi");
    const confirmed = edit.confirm(heavy, "vitals.bmi", AUTHOR, value);
    const codes = (state: edit.Filling): string[] =>
      judge(ruled, state, AUTHOR)
        .findings.filter(({ linkId }) => linkId === "vitals.bmi")
        .map(({ code }) => code);
    expect(codes(heavy)).toEqual(["soft-limit"]);
    expect(codes(confirmed)).toEqual([]);
    expect(codes(typed(confirmed, "vitals.weight", "171"))).toEqual(["soft-limit"]);
  });

  test("of nothing changes nothing", () => {
    expect(edit.confirm(EMPTY, "vitals.hr", AUTHOR)).toBe(EMPTY);
  });
});

describe("the progress of a form", () => {
  const stateOf = (state: edit.Filling, section: string): string | undefined =>
    judge(ruled, state, AUTHOR).sections.find((each) => each.section.linkId === section)?.state;

  test("goes from untouched to begun, to check, to complete", () => {
    expect(stateOf(EMPTY, "visit")).toBe("untouched");
    expect(stateOf(chosen(EMPTY, "visit.booking", "telephone"), "visit")).toBe("begun");
    expect(stateOf(typed(EMPTY, "vitals.weight", "7x"), "vitals")).toBe("faulty");
    expect(stateOf({ answers: full, entries: {} }, "visit")).toBe("complete");
  });

  test("does not cry over a rule whose other answers are still to come", () => {
    expect(stateOf(chosen(EMPTY, "identity.mode", "complete"), "identity")).toBe("begun");
  });

  test("lists what is missing, in the order of the form", () => {
    const { sections } = judge(ruled, chosen(EMPTY, "identity.mode", "partial"), AUTHOR);
    const missing = sections[0]?.missing.map(({ linkId }) => linkId);
    expect(missing).toEqual([
      "identity.birth_name",
      "identity.first_given_name",
      "identity.birth_date",
      "identity.sex",
      "identity.birth_place",
      "identity.document",
    ]);
  });

  test("is signable when all is answered, not with an unread text, not before the rules are there", () => {
    expect(judge(ruled, { answers: full, entries: {} }, AUTHOR).signable).toBe(true);
    expect(judge(ruled, { answers: full, entries: { "vitals.hr": "7x" } }, AUTHOR).signable).toBe(false);
    expect(judge({ ...ruled, evaluator: null }, { answers: full, entries: {} }, AUTHOR).signable).toBe(false);
    expect(judge(ruled, EMPTY, AUTHOR).signable).toBe(false);
  });

  test("forgets nothing of a question that is not asked any more, and signs it not", () => {
    const answered = edit.answer(
      form,
      chosen(EMPTY, "identity.sex", "F"),
      question("history.pregnancy"),
      [true],
      AUTHOR,
    );
    const mode = chosen(answered, "identity.mode", "complete");
    const now = chosen(mode, "identity.sex", "M");
    expect(now.answers["history.pregnancy"]).toBeDefined();
    expect(judge(ruled, now, AUTHOR).pass.settled["history.pregnancy"]).toBeUndefined();
  });
});

describe("an expected person", () => {
  const expected = {
    birth_name: "Dürand",
    first_name: "Noëlle",
    birth_date: "1948-12-25",
    sex: "F",
    commune: "42104",
    booking: "telephone",
    time: "09:30",
  };

  test("starts the form with what the roster knows", () => {
    const answers = initialAnswers(form, { roster: expected, communeName: () => "La Gresle" }, AUTHOR);
    const flat = Object.fromEntries(
      Object.entries(answers).map(([linkId, answer]) => [linkId, values(answer)]),
    );
    expect(flat).toEqual({
      "identity.birth_name": ["DURAND"],
      "identity.first_given_name": ["NOELLE"],
      "identity.birth_date": ["1948-12-25"],
      "identity.sex": ["F"],
      "visit.commune": ["42104"],
      "visit.booking": ["telephone"],
    });
    expect(answers["identity.birth_name"]).toMatchObject({ typedAs: "Dürand" });
  });

  test("starts nothing from a field that is empty, unknown or no answer", () => {
    const odd = {
      ...expected,
      birth_name: "",
      sex: "?",
      commune: "00000",
      booking: null,
      birth_date: 3,
      first_name: undefined,
    };
    expect(initialAnswers(form, { roster: odd, communeName: () => null }, AUTHOR)).toEqual({});
  });
});
