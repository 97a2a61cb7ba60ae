/** What a section shows of earlier visits, rendered. */
import { render } from "svelte/server";
import { describe, expect, test } from "vitest";
import FormView from "$components/form/FormView.svelte";
import { AUTHOR, native, published } from "./flat";
import type { Answers } from "$lib/forms/answers";
import { earlierFacts, type PublishedFact } from "$lib/forms/carry";
import { parseQuestionnaire } from "$lib/forms/questionnaire";

const FORM = parseQuestionnaire(JSON.parse(published("medicobus-consultation.v1.1.0.json")) as object);
const COMPLETE = native(FORM, { "identity.part": { values: ["complete"] } });

function fact(changes: Partial<PublishedFact>): PublishedFact {
  return { answer: { values: ["present"] }, day: "2026-05-12", by: "Dr Morel", later: null, ...changes };
}

function history(facts: Record<string, PublishedFact>, answers: Answers = COMPLETE): string {
  const props = {
    form: FORM,
    answers,
    entries: {},
    context: { visitDate: "2026-11-23", today: "2026-11-23", stop: null, commune: () => null },
    member: AUTHOR.by,
    now: () => AUTHOR.at,
    onchange: () => undefined,
    section: "history",
    earlier: earlierFacts(FORM, Object.entries(facts), () => null),
  };
  return render(FormView, { props }).body.replaceAll(/<!--.*?-->/gs, "");
}

describe("an earlier answer", () => {
  test("is shown with its day and author, beside the question that stays unanswered", () => {
    const html = history({ "history.allergies_status": fact({}) });
    expect(html).toContain("Au 12/05/2026\u00a0: Oui (Dr Morel)");
    expect(html).toContain("Confirmer\u00a0: Allergies");
    expect(html).not.toMatch(/<input[^>]*checked/);
    expect(html).not.toContain("Ce que l’équipe sait déjà"); // one fact says itself
  });

  test("together with others is read, then confirmed at once", () => {
    const html = history({
      "history.allergies_status": fact({}),
      "history.allergies": fact({ answer: { values: ["Latex"] } }),
      "history.treatments_status": fact({ answer: { values: ["none"] } }),
    });
    expect(html).toContain("Ce que l’équipe sait déjà");
    expect(html).toContain("Latex");
    expect(html).toContain("Tout confirmer (3)");
  });

  test("that was an absence is told, and cannot be confirmed", () => {
    const html = history({ "history.allergies_status": fact({ answer: { absent: "asked-unknown" } }) });
    expect(html).toContain("Au 12/05/2026\u00a0: Inconnu (Dr Morel)");
    expect(html).not.toContain("Confirmer\u00a0: Allergies");
  });

  test("says what was stated since and is no value", () => {
    const later = { absent: "asked-declined" as const, day: "2026-09-01", by: "Dr Lenoir" };
    expect(history({ "history.allergies_status": fact({ later }) })).toContain(
      "Depuis, au 01/09/2026\u00a0: Refusé (Dr Lenoir)",
    );
  });

  test("once confirmed keeps the day it comes from", () => {
    const answers: Answers = {
      ...COMPLETE,
      ...native(FORM, { "history.allergies_status": { values: ["none"] } }),
    };
    const confirmed = { ...answers["history.allergies_status"], carriedFrom: "2026-05-12" };
    const html = history({ "history.allergies_status": fact({}) }, {
      ...answers,
      "history.allergies_status": confirmed,
    } as Answers);
    expect(html).toContain("déjà dit le 12/05/2026");
    expect(html).not.toContain("Confirmer\u00a0: Allergies");
  });
});
