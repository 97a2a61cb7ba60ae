import { describe, expect, it } from "vitest";
import { loadEvaluator } from "$lib/forms/evaluate";
import { AUTHOR, native, published } from "./flat";
import type { Answers, FormContext } from "$lib/forms/answers";
import {
  confirmable,
  confirmAll,
  type EarlierFacts,
  earlierFacts,
  offered,
  type PublishedFact,
} from "$lib/forms/carry";
import type { Group, Question } from "$lib/forms/form";
import { isQuestion } from "$lib/forms/form";
import { judge } from "$lib/forms/judge";
import { parseQuestionnaire } from "$lib/forms/questionnaire";

const json = JSON.parse(published("medicobus-consultation.v1.1.0.json")) as object;
const FORM = parseQuestionnaire(json);
const CONTEXT: FormContext = {
  visitDate: "2026-11-23",
  today: "2026-11-23",
  stop: null,
  commune: () => null,
};
const COMMUNES = (insee: string): string | null => (insee === "42015" ? "Belmont-de-la-Loire" : null);
const HISTORY = FORM.sections.find(({ linkId }) => linkId === "history") as Group;
/** The doctor's part: the medical sections are asked. */
const COMPLETE = "identity.part" satisfies string;

function question(linkId: string): Question {
  const item = FORM.items.get(linkId);
  if (!isQuestion(item)) throw new Error(linkId);
  return item;
}

function fact(values: readonly (string | number | boolean)[], day = "2026-05-12"): PublishedFact {
  return { answer: { values }, day, by: "Dr Morel", later: null };
}

function facts(published: Record<string, PublishedFact>): EarlierFacts {
  return earlierFacts(FORM, Object.entries(published), COMMUNES);
}

function started(): Answers {
  const part = question(COMPLETE);
  const complete = part.options.find(({ coding }) => coding.code === "complete");
  if (complete === undefined) throw new Error("no complete part");
  return { [COMPLETE]: { kind: "values", values: [complete.coding], ...AUTHOR } };
}

const KNOWN = facts({
  "history.allergies_status": fact(["present"]),
  "history.allergies": fact(["Pénicilline", "Latex"]),
  "history.treatments_status": fact(["none"]),
  "history.treatments": fact(["Amlodipine"], "2025-11-02"),
});

describe("what earlier visits knew", () => {
  it("is read with the form's own codes, places by name", () => {
    const known = facts({ "visit.commune": fact(["42015"]), "visit.frailty": fact([true]) });
    expect(known.get("visit.commune")?.carried).toMatchObject({
      values: [{ code: "42015", display: "Belmont-de-la-Loire" }],
      day: "2026-05-12",
    });
    expect(known.get("visit.frailty")?.by).toBe("Dr Morel");
  });

  it.each([
    ["a code that is not offered any more", "history.allergies_status", fact(["perhaps"])],
    ["a commune that the table lost", "visit.commune", fact(["99999"])],
    ["another type", "visit.frailty", fact(["oui"])],
    ["several values where one is asked", "visit.frailty", fact([true, false])],
    ["no value", "history.allergies", fact([])],
    ["an item that is not carried forward", "vitals.sbp", fact([128])],
    ["an item of another form", "spirometry.fev1", fact([2.1])],
  ])("is left out when it is %s", (_, linkId, known) => {
    expect(facts({ [linkId]: known }).size).toBe(0);
  });

  it("answers nothing by itself: what is required stays required", () => {
    const rules = { form: FORM, context: CONTEXT, evaluator: null };
    const { findings, pass } = judge(rules, { answers: started(), entries: {} }, AUTHOR);
    expect(findings.map(({ linkId }) => linkId)).toContain("history.allergies_status");
    expect(pass.settled["history.allergies_status"]).toBeUndefined();
    expect(offered(question("history.allergies_status"), started(), KNOWN)).not.toBeNull();
  });

  it("offers no absence to be confirmed: unknown then is asked again now", () => {
    const unknown = facts({
      "history.allergies_status": {
        answer: { absent: "asked-unknown" },
        day: "2026-05-12",
        by: "x",
        later: null,
      },
    });
    expect(unknown.get("history.allergies_status")?.carried).toEqual({
      day: "2026-05-12",
      absent: "asked-unknown",
    });
    expect(offered(question("history.allergies_status"), {}, unknown)).toBeNull();
    expect(confirmable(FORM, HISTORY, started(), unknown, CONTEXT)).toEqual([]);
  });

  it("offers nothing for what was answered, be it by an absence", () => {
    const refused: Answers = {
      ...started(),
      "history.allergies_status": { kind: "absent", reason: "asked-declined", ...AUTHOR },
    };
    expect(offered(question("history.allergies_status"), refused, KNOWN)).toBeNull();
    const asked = confirmable(FORM, HISTORY, refused, KNOWN, CONTEXT).map(({ linkId }) => linkId);
    expect(asked).toEqual(["history.treatments_status"]);
  });
});

describe("confirming a section", () => {
  it("takes what is asked, and what that makes asked, and nothing else", () => {
    const asked = confirmable(FORM, HISTORY, started(), KNOWN, CONTEXT).map(({ linkId }) => linkId);
    // No treatment any more: the old list is not asked, and not taken.
    expect(asked).toEqual(["history.allergies_status", "history.allergies", "history.treatments_status"]);
  });

  it("signs with the confirmer, and keeps the day each fact comes from", () => {
    const before = { answers: started(), entries: {} };
    const { answers } = confirmAll(FORM, HISTORY, before, KNOWN, { context: CONTEXT, author: AUTHOR });
    expect(answers["history.allergies"]).toEqual({
      kind: "values",
      values: ["Pénicilline", "Latex"],
      ...AUTHOR,
      carriedFrom: "2026-05-12",
    });
    expect(answers["history.treatments"]).toBeUndefined();
    expect(answers["history.conditions_status"]).toBeUndefined();
  });

  it("does not overwrite what is being typed", () => {
    const typing = { answers: started(), entries: { "history.allergies_status": "pé" } };
    const { answers } = confirmAll(FORM, HISTORY, typing, KNOWN, { context: CONTEXT, author: AUTHOR });
    expect(answers["history.allergies_status"]).toBeUndefined();
  });

  it("takes nothing of a section that this part of the visit does not ask", () => {
    const reception = question(COMPLETE).options.find(({ coding }) => coding.code === "reception");
    const answers: Answers = {
      [COMPLETE]: { kind: "values", values: reception === undefined ? [] : [reception.coding], ...AUTHOR },
    };
    expect(confirmable(FORM, HISTORY, answers, KNOWN, CONTEXT)).toEqual([]);
  });
});

describe("a section that an expression enables", () => {
  const teleconsultation = parseQuestionnaire(published("teleconsultation.v1.0.0.json"));
  const history = teleconsultation.sections.find(({ linkId }) => linkId === "history") as Group;

  it("offers what was known, as soon as the rules are there", async () => {
    await loadEvaluator();
    const known = earlierFacts(teleconsultation, [["history.allergies_status", fact(["none"])]], COMMUNES);
    const offeredWhen = (part: string): readonly string[] => {
      const answers = native(teleconsultation, {
        "identity.part": { values: [part] },
        "consent.teleconsultation": { values: ["yes"] },
      });
      return confirmable(teleconsultation, history, answers, known, CONTEXT).map(({ linkId }) => linkId);
    };
    expect(offeredWhen("complete")).toEqual(["history.allergies_status"]);
    expect(offeredWhen("medical")).toEqual([]);
  });
});
