/** What the form components draw, rendered without a browser: labels, ties, nothing the content policy forbids. */
import { render } from "svelte/server";
import { beforeAll, describe, expect, test } from "vitest";
import FormReview from "$components/form/FormReview.svelte";
import FormView from "$components/form/FormView.svelte";
import SectionRoute from "$components/form/SectionRoute.svelte";
import RecordDiff from "$components/form/RecordDiff.svelte";
import type { Answers } from "$lib/forms/answers";
import { loadEvaluator } from "$lib/forms/evaluate";
import { context, form, full } from "./consultation";
import { AUTHOR, native } from "./flat";

const NURSE = "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f002";
const props = (answers: Answers, more: object = {}): never =>
  ({
    form,
    answers,
    entries: {},
    context,
    member: AUTHOR.by,
    now: () => AUTHOR.at,
    onchange: () => undefined,
    authorName: () => "Anne Petit",
    ...more,
  }) as never;
const view = (answers: Answers, more: object = {}): string =>
  render(FormView, { props: props(answers, more) }).body;
const all = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map((match) => match[1] ?? "");

describe.each(form.sections.map(({ linkId }) => linkId))("the section %s", (section) => {
  const html = view(full, { section });

  test("ties every input to a label, its help and its errors", () => {
    const ids = new Set(all(html, /\sid="([^"]+)"/g));
    for (const list of all(html, /aria-(?:describedby|labelledby|controls)="([^"]+)"/g)) {
      for (const id of list.split(" ")) expect(ids).toContain(id);
    }
    const labelled = new Set(all(html, /<label[^>]* for="([^"]+)"/g));
    for (const id of all(html, /<(?:input|textarea|select)[^>]* id="([^"]+)"/g))
      expect(labelled).toContain(id);
  });

  test("submits nothing, styles nothing inline, and lets no browser remember", () => {
    expect(html).not.toMatch(/<form|\sstyle="|<script|\son\w+="/);
    for (const input of html.match(/<(?:input type="(?:text|tel)"|textarea)[^>]*>/g) ?? []) {
      expect(input).toContain('autocomplete="off"');
    }
    for (const button of html.match(/<button[^>]*>/g) ?? []) expect(button).toContain('type="button"');
  });
});

describe("a question", () => {
  test("that is refused says so, in place of its field", () => {
    const html = view(
      { "vitals.hr": { kind: "absent", reason: "asked-declined", ...AUTHOR } },
      { section: "vitals" },
    );
    expect(html).toContain("Pas de réponse\u00a0: Refusé");
  });

  test("answered by another member says by whom, and may be closed to this one", () => {
    const answers: Answers = { "vitals.hr": { ...(full["vitals.hr"] as Answers[string]), by: NURSE } };
    expect(view(answers, { section: "vitals" })).toContain("Répondu par Anne Petit");
    const closed = view(answers, { section: "vitals", readonlyAuthors: [NURSE] });
    expect(closed).toContain("non modifiable");
    expect(closed).not.toMatch(/value="72"/);
  });

  test("whose entry cannot be read shows it as typed, with what is expected", () => {
    const html = view({}, { section: "vitals", entries: { "vitals.weight": "70x" } });
    expect(html).toContain('value="70x"');
    expect(html).toContain("Un nombre est attendu.");
  });

  test("typed 13/8 offers 130 and 80 in one tap", () => {
    const html = view({}, { section: "vitals", entries: { "vitals.sbp": "13/8" } });
    expect(html).toContain("130\u202fmmHg / 80\u202fmmHg");
  });

  test("that holds a long text says how full it is once its limit is near", () => {
    const html = (length: number): string => {
      const notes = native(form, { "conclusion.notes": { values: ["a".repeat(length)] } });
      return view(notes, { section: "conclusion" });
    };
    expect(html(3799)).not.toContain("caractères");
    expect(html(3950)).toContain("3950\u00a0/\u00a04000 caractères");
    expect(html(4010)).toContain("4010\u00a0/\u00a04000 caractères");
  });

  test("that is calculated from a refused value is not calculable, whatever its rule yields", () => {
    const weight = (value: number): Answers => ({
      ...full,
      ...native(form, { "vitals.weight": { values: [value] } }),
    });
    expect(view(weight(7000), { section: "vitals" })).toContain("Non calculable");
    expect(view(weight(70), { section: "vitals" })).not.toContain("Non calculable");
  });

  test("that is calculated says from what", () => {
    expect(view({}, { section: "vitals" })).toContain("Calculé à partir de\u00a0: Poids et Taille.");
  });
});

describe("a value that its own limit refuses", () => {
  beforeAll(async () => void (await loadEvaluator()));
  const WARNED = "Moins de 10 mmHg";
  const pressures = (systolic: number): Answers =>
    native(form, { "vitals.sbp": { values: [systolic] }, "vitals.dbp": { values: [45] } });
  const review = (systolic: number): string =>
    render(FormReview, { props: props(pressures(systolic), { onjump: () => undefined }) }).body;

  test("is not warned of as well: there is nothing to confirm", () => {
    expect(view(pressures(52), { section: "vitals" })).toContain(WARNED);
    const html = view(pressures(49), { section: "vitals" });
    expect(html).toContain("de 50 à 300");
    expect(html).not.toContain(WARNED);
  });

  test("is once to correct in the review, and not to confirm", () => {
    expect(review(52)).toContain(WARNED);
    expect(review(49)).not.toContain(WARNED);
  });
});

test("a section that asks nothing yet is not said to be complete, and has no tick", () => {
  const [section] = form.sections;
  const route = (asked: number): string =>
    render(SectionRoute, {
      props: {
        sections: [
          {
            section: section as never,
            state: "complete",
            missing: [],
            errors: [],
            warnings: [],
            unread: [],
            answered: asked,
            asked,
            delayed: false,
          } as never,
        ],
        current: "",
        onchoose: () => undefined,
        delay: () => ({ kind: "open" }) as never,
      },
    }).body;
  expect(route(2)).toContain("Complet");
  expect(route(2)).toContain("<svg");
  expect(route(0)).toContain("Rien à répondre pour l’instant");
  expect(route(0)).not.toMatch(/Complet|0 sur 0|<svg/);
});

test("a section that is not asked any more falls back to the first", () => {
  expect(view(full, { section: "gone" })).toContain("Identité</h2>");
});

test("the review lists what is missing with the way to it", () => {
  const html = render(FormReview, { props: props({}, { onjump: () => undefined }) }).body;
  expect(html).toContain("Réponses manquantes");
  expect(html).toContain("Aller à «\u00a0Commune de résidence\u00a0»");
});

test("a correction without a difference says so", () => {
  expect(render(RecordDiff, { props: { differences: [] } }).body).toContain("Aucune réponse ne diffère.");
});
