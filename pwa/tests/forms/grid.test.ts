/** A group drawn as a table: results to read in one, manoeuvres entered below another, the same in a record to read. */
import { render } from "svelte/server";
import { beforeAll, describe, expect, test } from "vitest";
import FormView from "$components/form/FormView.svelte";
import RecordView from "$components/form/RecordView.svelte";
import { segments, tabled } from "$components/form/segments";
import { wording } from "$components/form/wording";
import { FormInvalid } from "$lib/forms/errors";
import { loadEvaluator } from "$lib/forms/evaluate";
import type { Group } from "$lib/forms/form";
import { gridAround, gridOf, isOfResults } from "$lib/forms/grid";
import { rows } from "$lib/forms/present";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { type FlatAnswers, native, published, vectors } from "./flat";
import { context, props } from "./instruments-host";
import { file, questionOf, standard } from "./written";

beforeAll(async () => void (await loadEvaluator()));

const bpco = parseQuestionnaire(published("bpco-reperage.v1.0.0.json"));
const grid = (linkId: string): Group => bpco.items.get(linkId) as Group;
const { bases } = vectors<{ bases: { spirometry: FlatAnswers } }>("bpco-reperage.v1.0.0.json");
const blown = bases.spirometry;

describe("a table of the form", () => {
  test("has a row for each group, and the headings of what is asked in their order", () => {
    const { headings, rows: lines } = gridOf(grid("spirometry.results"), () => true, "fr");
    expect(headings).toEqual(["Mesuré", "Prédit", "LIN", "z-score", "% du prédit", "Grade", "Acceptables"]);
    expect(lines.map(({ group }) => group.label.fr)).toEqual(["VEMS", "CVF", "VEMS/CVF"]);
    expect(lines[2]?.cells.map((cell) => cell?.linkId.split(".")[1] ?? null)).toEqual([
      ...["ratio", "predicted_ratio", "lln_ratio", "z_ratio"],
      ...[null, null, null],
    ]);
  });

  test("leaves out rows and headings of which nothing is asked", () => {
    const only = new Set(["spirometry.blow2.fev1", "spirometry.blow1.fvc"]);
    const { headings, rows: lines } = gridOf(
      grid("spirometry.blows"),
      ({ linkId }) => only.has(linkId),
      "en",
    );
    expect(headings).toEqual(["FEV1", "FVC"]);
    expect(lines.map(({ cells }) => cells.map((cell) => cell?.linkId ?? null))).toEqual([
      [null, "spirometry.blow1.fvc"],
      ["spirometry.blow2.fev1", null],
    ]);
  });

  test("is of results when all it holds is calculated", () => {
    expect(isOfResults(grid("spirometry.results"))).toBe(true);
    expect(isOfResults(grid("spirometry.blows"))).toBe(false);
    expect(gridAround(bpco, questionOf(bpco, "spirometry.comment"))).toBeNull();
  });

  test("is the only control that a group takes", () => {
    const control = (code: string): object =>
      standard("questionnaire-itemControl", { valueCodeableConcept: { coding: [{ code }] } });
    const made = (code: string): object =>
      file([], {
        item: [{ linkId: "s", text: "S", type: "group", item: [], extension: [control(code)] }],
      });
    expect((parseQuestionnaire(made("grid")).items.get("s") as Group).grid).toBe(true);
    expect(() => parseQuestionnaire(made("gtable"))).toThrow(FormInvalid);
  });
});

describe("on screen", () => {
  const view = (answers: FlatAnswers): string =>
    render(FormView, {
      props: Object.assign({}, props({}), {
        form: bpco,
        answers: native(bpco, answers),
        section: "spirometry",
        context,
      }) as never,
    }).body;

  test("results stand in cells named by their own words, and what cannot be calculated says so", () => {
    const html = view({ ...blown, "vitals.height": { absent: "not-performed" } });
    expect(html).toMatch(/<output aria-label="VEMS retenu"[^>]*>[^<]*(<!--[^>]*-->)*2,10.L/);
    expect(html).toMatch(/<output aria-label="VEMS, z-score"[^]{0,300}Pas encore calculable/);
  });

  test("one row is open: the last that is asked, else the first that wants something", () => {
    const opened = (answers: FlatAnswers): readonly string[] =>
      [...view(answers).matchAll(/data-open-row="([^"]+)"/g)].map(([, linkId]) => linkId ?? "");
    expect(opened(blown)).toEqual(["spirometry.blow4"]);
    const wanting = Object.entries(blown).filter(([linkId]) => linkId !== "spirometry.blow2.fvc");
    expect(opened(Object.fromEntries(wanting))).toEqual(["spirometry.blow2"]);
  });
});

describe("in a record to read", () => {
  const enabled = new Set(bpco.questions.map(({ linkId }) => linkId));
  const sections = rows(bpco, native(bpco, blown), enabled, wording());
  const spirometry = sections.find(({ linkId }) => linkId === "spirometry");

  test("the rows of a table are drawn together, in their place", () => {
    const cut = segments(spirometry?.rows ?? []);
    expect(cut.map(({ kind }) => kind)).toEqual(["rows", "grid", "grid", "rows"]);
    const results = cut[2];
    if (results?.kind !== "grid") throw new Error("no table");
    expect(tabled(results.rows).lines.map(({ title, cells }) => [title, cells.length])).toEqual([
      ["VEMS", 7],
      ["CVF", 7],
      ["VEMS/CVF", 7],
    ]);
  });

  test("a rule that is that of several results is said once, folded", () => {
    const { body } = render(RecordView, { props: { sections: spirometry ? [spirometry] : [] } });
    expect(body.match(/Valeur moyenne attendue pour/g)).toHaveLength(1);
    expect(body).toMatch(
      /<details(?![^>]*open)[^>]*>[^]*VEMS prédit · CVF prédite · Rapport VEMS\/CVF prédit/,
    );
  });
});
