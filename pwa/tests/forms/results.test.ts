/** ICOPE’s results as they are read: in rows, then and now, one set aside, on the person’s page, before the signature. */
import { render } from "svelte/server";
import { beforeAll, describe, expect, test } from "vitest";
import { blocks, isResult } from "$components/form/blocks";
import { Capture } from "$components/form/capture.svelte";
import FormReview from "$components/form/FormReview.svelte";
import FormView from "$components/form/FormView.svelte";
import PersonPage from "$components/form/PersonPage.svelte";
import { wording } from "$components/form/wording";
import { loadEvaluator } from "$lib/forms/evaluate";
import type { Group } from "$lib/forms/form";
import { rows } from "$lib/forms/present";
import type { Fact } from "$lib/central/person";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { reviewOf } from "$lib/forms/review";
import { type FlatAnswers, published, vectors } from "./flat";
import { chosen, context, props } from "./instruments-host";
import { native } from "./native";
import { questionOf } from "./written";
import { previousRows } from "../../src/app/previous";

const form = parseQuestionnaire(published("icope-step1.v1.0.0.json"));
const { bases } = vectors<{ bases: Record<string, FlatAnswers> }>("icope-step1.v1.0.0.json");
const full: FlatAnswers = bases.full ?? {};
const day = {
  ...context,
  visitDate: "2026-11-26",
  today: "2026-11-26",
  commune: () => ({ latitude: 46.15, longitude: 4.3 }),
};
const host = (answers: FlatAnswers, more: object = {}): never =>
  props({}, { form, answers: native(form, answers), context: day, ...more });
const visionSetAside: FlatAnswers = {
  ...full,
  "results.review": chosen("set_aside"),
  "results.set_aside": chosen("vision"),
  "results.review_reason": { values: ["Lunettes oubliées"] },
};

beforeAll(async () => void (await loadEvaluator()));

const without = (answers: FlatAnswers, gone: (linkId: string) => boolean): FlatAnswers =>
  Object.fromEntries(Object.entries(answers).filter(([linkId]) => !gone(linkId)));

describe("the results of a section", () => {
  const view = (answers: FlatAnswers): string =>
    render(FormView, { props: host(answers, { section: "results" }) }).body;
  const rowOf = (html: string, linkId: string): string =>
    html.split("data-result=").find((part) => part.startsWith(`"${linkId}"`)) ?? "";

  test("are rows of one block, whoever reviews them, the hidden settings between them aside", () => {
    const drawn = blocks(form, (form.items.get("results") as Group).children);
    const [block] = drawn;
    if (block?.kind !== "review") throw new Error("no block");
    expect(block.here.filter(isResult).map(({ linkId }) => linkId)).toEqual([
      "results.assessed",
      "results.alerts",
      "results.compared",
      "results.new_alerts",
      "results.step2_needed",
      "results.next_due",
    ]);
    expect(drawn.map(({ linkId }) => linkId)).toEqual([
      "results.review",
      "results.worsened",
      "results.notes",
    ]);
  });

  test("say how they stand in words and by a shape, and how they stood; the rule is folded", () => {
    const html = view(full);
    const vision = rowOf(html, "vision.state");
    expect(vision).toMatch(/Vision[^]*Altéré.: alerte[^]*À surveiller[^]*La dernière fois.: Altéré/);
    expect(vision).not.toContain("A changé");
    expect(rowOf(html, "cognition.state")).toMatch(/A changé\. La dernière fois.: Normal/);
    expect(vision).toMatch(/<details(?![^>]*open)/);
    expect(vision).toMatch(/Règle.: Altéré.: un problème de vue[^]*Source.: OMS/);
  });

  test("say nothing of a former step 1 when none is known: neither then nor now, nor the weight", () => {
    const html = view(without(full, (linkId) => linkId.startsWith("previous.")));
    expect(html).not.toContain("La dernière fois");
    expect(rowOf(html, "nutrition.weight_trend")).toBe("");
    expect(html).not.toContain("Pas encore calculable");
  });

  test("that are set aside by name are those, and not the others", () => {
    const html = view(visionSetAside);
    expect(rowOf(html, "vision.state")).toContain("Écarté par le professionnel");
    expect(rowOf(html, "mood.state")).not.toContain("Écarté");
    const answers = native(form, visionSetAside);
    expect(reviewOf(form, questionOf(form, "vision.state"), answers)).toBe("set_aside");
    expect(reviewOf(form, questionOf(form, "mood.state"), answers)).toBe("validated");
    // What counts them has no name there: the word was said on it too.
    expect(reviewOf(form, questionOf(form, "results.alerts"), answers)).toBe("set_aside");
    const read = rows(form, answers, new Set(form.items.keys()), wording()).flatMap((each) => each.rows);
    expect(read.find(({ linkId }) => linkId === "vision.state")?.setAsideBecause).toBe(
      "Vision – Lunettes oubliées",
    );
    expect(read.find(({ linkId }) => linkId === "mood.state")?.setAsideBecause).toBeUndefined();
  });
});

describe("what the form took from the summary", () => {
  const taken = (linkId: string): string => {
    const answers = native(form, full);
    const given = answers[linkId];
    if (given?.kind !== "values") throw new Error(linkId);
    const props_ = host(full, {
      section: "previous",
      answers: { ...answers, [linkId]: { ...given, carriedFrom: "2026-05-20" } },
    });
    return (render(FormView, { props: props_ }).body.split(`id="question-${linkId}"`)[1] ?? "").split(
      'id="question-',
    )[0] as string;
  };

  test("is read on a line, with its day and a way to change it, and offers no field", () => {
    const html = taken("previous.vision");
    expect(html).toMatch(/20\/05\/2026[^]*Altéré.: alerte[^]*Changer/);
    expect(html).not.toMatch(/<select|<input|Pas de réponse/);
  });
});

describe("then and now", () => {
  const fact = (code: string): Fact => ({
    answer: { values: [code] },
    day: "2026-05-20",
    by: "Alex Fictif",
    later: null,
  });

  test("say what changed of the person: not the words dictated, nor that somebody validated", () => {
    const facts = new Map([
      ["words.list", fact("B")],
      ["vision.state", fact("normal")],
      ["results.review", fact("validated")],
    ]);
    const rows = previousRows(form, facts, native(form, full), () => null);
    expect(rows.map(({ linkId, differs }) => [linkId, differs])).toEqual([
      ["words.list", null],
      ["vision.state", true],
    ]);
  });
});

describe("the page that the person takes home", () => {
  const page = (answers: FlatAnswers): string => {
    const capture = new Capture(() => host(answers));
    return render(PersonPage, {
      props: {
        form,
        answers: capture.shown,
        enabled: capture.judgement.pass.enabled,
        visitDate: day.visitDate,
        onclose: () => undefined,
      },
    }).body.replaceAll(/<[^>]*>|<!--.*?-->/g, " ");
  };

  test("says when the next step 1 is, what was answered about step 2, by whom, when and with whom", () => {
    const said = page(full);
    expect(said).toMatch(/Votre prochaine étape 1\s+26 mars 2027/);
    expect(said).toMatch(/Un bilan plus complet \(étape 2\)\s+Oui, j’accepte/);
    expect(said).toMatch(/Réponse donnée par\s+Vous\s/);
    expect(said).toMatch(/Bilan prévu le\s+15 décembre 2026/);
    expect(said).toMatch(/Bilan fait par\s+Infirmier en pratique avancée/);
  });

  test("says a refusal as it was given, and nothing of a plan", () => {
    const said = page({
      ...without(full, (linkId) => linkId.startsWith("step2.")),
      "step2.decision": chosen("refused"),
      "step2.decided_by": chosen("person_and_carer"),
    });
    expect(said).toMatch(/\(étape 2\)\s+Non, je refuse/);
    expect(said).toMatch(/Réponse donnée par\s+Vous, avec votre aidant/);
    expect(said).not.toMatch(/Bilan prévu|Bilan fait/);
  });

  test("tells unknown from no", () => {
    const said = page({
      ...without(full, (linkId) => linkId.startsWith("step2.")),
      "step2.decision": { absent: "asked-unknown" },
    });
    expect(said).toMatch(/\(étape 2\)\s+Inconnu/);
    expect(said).not.toContain("refuse");
  });

  test("withholds only what was set aside, and keeps the day", () => {
    const said = page(visionSetAside);
    expect(said.match(/n’a pas été retenu/g)?.length).toBe(1);
    expect(said).toContain("Tout va bien de ce côté.");
    expect(said).toMatch(/Votre prochaine étape 1\s+26 mars 2027/);
  });

  test("says nothing before the professional's word", () => {
    expect(page(without(full, (linkId) => linkId === "results.review"))).not.toContain("prochaine étape");
  });
});

describe("the reading before the signature", () => {
  const review = (answers: FlatAnswers): string =>
    render(FormReview, { props: host(answers, { onjump: () => undefined }) }).body;
  const open = (html: string): string[] =>
    [...html.matchAll(/data-review-section="([^"]+)"[^>]*>(?:<!--[^>]*-->|\s)*<details([^>]*)>/g)]
      .filter(([, , attributes]) => attributes?.includes("open"))
      .map(([, linkId]) => linkId ?? "");

  test("folds what needs no look, and says of it how much was answered and what was calculated", () => {
    const html = review(full);
    expect(open(html)).toEqual([]);
    expect(html).toContain("Tout ouvrir");
    expect(html).toMatch(/<summary[^]*?Vision[^]*?7 réponses[^]*?Altéré.: alerte[^]*?<\/summary>/);
  });

  test.each([
    ["an answer is missing", without(full, (linkId) => linkId === "mood.down"), "mood"],
    ["a value is refused", { ...full, "vitals.dbp": { values: [150] } }, "vitals"],
    ["a value is to confirm", { ...full, "vitals.weight": { values: [190] } }, "vitals"],
    [
      "an unusual value was confirmed",
      { ...full, "vitals.weight": { values: [190], confirmed: true } },
      "vitals",
    ],
    [
      "suicidal words were said",
      { ...full, "mood.suicidal": { values: [true] }, "mood.urgent_contact": chosen("n3114") },
      "mood",
    ],
    ["a result is set aside", visionSetAside, "vision"],
  ])("opens the section where %s", (_, answers, section) => {
    expect(open(review(answers))).toContain(section);
    expect(open(review(answers))).not.toContain("hearing");
  });
});
