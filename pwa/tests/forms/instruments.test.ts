/** What the instruments draw: nothing answered by itself, nothing opened early, nothing shown that is not to be. */
import { render } from "svelte/server";
import { beforeAll, describe, expect, test } from "vitest";
import { airwayOf, isAirway } from "$components/form/airway";
import { blocks, inColumns } from "$components/form/blocks";
import { Capture } from "$components/form/capture.svelte";
import FormReview from "$components/form/FormReview.svelte";
import FormView from "$components/form/FormView.svelte";
import {
  accepted,
  heldManoeuvres,
  manoeuvreGroups,
  manoeuvreQuestion,
  renumbered,
} from "$components/form/manoeuvres";
import PersonPage from "$components/form/PersonPage.svelte";
import { offersPage, plainQuestions } from "$components/form/plain";
import { numbersToCall } from "$components/form/urgent";
import { delayWords } from "$components/form/waiting";
import { Waits } from "$components/form/waits";
import type { Answers, Entries } from "$lib/forms/answers";
import { loadEvaluator } from "$lib/forms/evaluate";
import type { Group } from "$lib/forms/form";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { started } from "$lib/forms/timing";
import { type Curves, readCurves } from "$lib/spirometry";
import { AUTHOR, type FlatAnswers, published } from "./flat";
import { chosen, context, form, later, props, SINCE } from "./instruments-host";
import { questionOf } from "./written";

beforeAll(async () => void (await loadEvaluator()));

const view = (section: string, answers: FlatAnswers = {}, more: object = {}): string =>
  render(FormView, { props: props(answers, { section, ...more }) }).body;
describe("a slider", () => {
  test("has no value until it is touched, and says so to the eye and to the ear", () => {
    const html = view("walk");
    expect(html).toContain('aria-valuetext="Pas de réponse"');
    expect(html).toContain("Pas encore de réponse");
  });

  test("shows what was answered: zero is an answer", () => {
    const html = view("walk", { "walk.pain": { values: [0] } });
    expect(html).toContain('aria-valuetext="0"');
    expect(html).not.toContain("Pas encore de réponse");
  });

  test("can be typed instead", () => {
    expect(view("walk", { "walk.pain": { values: [7] } })).toMatch(
      /inputmode="numeric"[^>]*value="7"|value="7"[^>]*inputmode="numeric"/,
    );
  });
});

describe("a stopwatch", () => {
  const running: Entries = { "walk.chair": started(SINCE) };

  test("has gone on while the screen was away", () => {
    const html = view("walk", {}, { entries: running, ...later(12.34) });
    expect(html).toContain('data-stopwatch="running"');
    expect(html).toMatch(/12,3.s/);
    expect(html).not.toContain("@stopwatch");
  });

  test("prevents signing, and the review says why in words", () => {
    const html = render(FormReview, { props: props({}, { entries: running, onjump: () => undefined }) }).body;
    expect(html).toContain("Le chronomètre tourne.");
    expect(html).not.toContain("@stopwatch");
  });

  test("shows seconds with a decimal comma, to be corrected by typing", () => {
    expect(view("walk", { "walk.chair": { values: [12.3] } })).toContain('value="12,3"');
  });
});

describe("a delayed section", () => {
  const learned: FlatAnswers = { "words.learned": chosen("three") };

  test("says how long, in the section and in the list of steps, and shows no question", () => {
    const html = view("recall", learned, later(50));
    expect(html.match(/Rappel dans 2\u00a0min\u00a010/g)?.length).toBe(2);
    expect(html).not.toContain("question-recall.words");
  });

  test("opens when its time has passed", () => {
    expect(view("recall", learned, later(180))).toContain("question-recall.words");
  });

  test("cannot be opened before what it counts from", () => {
    const html = view("recall");
    expect(html).toContain("S’ouvre après");
    expect(html).not.toContain("question-recall.words");
  });

  test("can be left without an answer, with a reason, which is then shown as any absence", () => {
    expect(view("recall", learned, later(1))).toContain("Le rappel ne sera pas fait");
    const told = view("recall", { ...learned, "recall.words": { absent: "not-performed" } }, later(1));
    expect(told).toContain("Pas de réponse\u00a0: Impossible");
  });

  test("waits by the page's own clock when the tablet's went back", () => {
    let monotonic = 0;
    const waits = new Waits(() => monotonic);
    const group = form.items.get("recall") as Group;
    const stuck = { kind: "waiting", left_s: 100 } as const;
    expect(waits.shortest(group, stuck)).toEqual(stuck);
    monotonic = 40_000;
    expect(waits.shortest(group, stuck)).toEqual({ kind: "waiting", left_s: 60 });
    monotonic = 100_000;
    expect(waits.shortest(group, stuck)).toEqual({ kind: "open" });
  });

  test("is worded in minutes, and in seconds below one", () => {
    expect([delayWords(130), delayWords(65), delayWords(59)]).toEqual([
      "2\u00a0min\u00a010",
      "1\u00a0min\u00a005",
      "59\u00a0s",
    ]);
  });
});

describe("an urgent text", () => {
  test("is announced with the numbers to call, once the answer asks for it", () => {
    expect(view("mood", { "mood.dark": { values: [false] } })).not.toContain('role="alert"');
    const html = view("mood", { "mood.dark": { values: [true] } });
    expect(html).toContain('role="alert"');
    expect(html).toContain('href="tel:3114"');
    expect(html).toContain('href="tel:15"');
  });

  test.each([
    ["Appelez le 15.", ["15"]],
    ["Appelez le 15 ou le 3114, jour et nuit", ["15", "3114"]],
    ["Reposez la personne 15 minutes", []],
    ["Tension au-dessus de 15/9, 15 %, 15 mmHg, 15,5", []],
    ["le 114 (par SMS), le 112", ["114", "112"]],
  ])("%s", (text, numbers) => {
    expect(numbersToCall(text)).toEqual(numbers);
  });
});

describe("a calculated result", () => {
  const blow: FlatAnswers = {
    "spirometry.blow1.fev1": { values: [2.1] },
    "spirometry.blow1.fvc": { values: [3.1] },
  };

  test("stands with its rule, its source, and its weight in a word", () => {
    const html = view("result", blow);
    expect(html).toContain("Suspicion d’obstruction");
    expect(html).toMatch(/Règle.: Sous 0,70/);
    expect(html).toMatch(/Source.: Règle d’essai/);
    expect(html).toContain("Alerte");
  });

  test("and the word of the professional on it are one block, its reason with them", () => {
    const [block] = blocks(form, (form.items.get("result") as Group).children);
    expect(block).toMatchObject({ kind: "review", linkId: "result.review" });
    if (block?.kind !== "review") throw new Error("no block");
    expect(block.here.map(({ linkId }) => linkId)).toEqual(["result.conclusion"]);
    expect(block.reasons.map(({ linkId }) => linkId)).toEqual(["result.review_reason"]);
    const html = view("result", { ...blow, "result.review": chosen("set_aside") });
    expect(html).toContain("question-result.review_reason");
  });

  test("that is missing an input says that it is not calculable, and has no weight", () => {
    const html = view("result", { "spirometry.blow1.fev1": { values: [2.1] } });
    expect(html).toContain("Pas encore calculable");
    expect(html).not.toMatch(/Alerte|Favorable/);
  });
});

describe("the person's page", () => {
  const blow = (fev1: number): FlatAnswers => ({
    "spirometry.blow1.fev1": { values: [fev1] },
    "spirometry.blow1.fvc": { values: [3.1] },
  });
  const page = (answers: FlatAnswers): string => {
    const capture = new Capture(() => props(answers));
    return render(PersonPage, {
      props: {
        form,
        answers: capture.shown,
        enabled: capture.judgement.pass.enabled,
        visitDate: context.visitDate,
        onclose: () => undefined,
      },
    }).body;
  };

  test("is not handed over before the professional has said whether the result holds", () => {
    const html = page(blow(2.1));
    expect(html).toContain("n’a pas encore dit");
    expect(html).not.toMatch(/bronches|Imprimer/i);
  });

  test.each([
    [2.1, "narrow", "Vos bronches semblent plus étroites"],
    [2.4, "uncertain", "Le souffle est à la limite"],
    [2.9, "open", "Vos bronches laissent bien passer l’air"],
  ])("FEV1 %s L of 3,1 is drawn %s, in plain words", (fev1, drawn, words) => {
    const html = page({ ...blow(fev1), "result.review": chosen("validated") });
    expect(html).toContain(`data-airway="${drawn}"`);
    expect(html).toContain(words);
    expect(html).toContain("Seul un médecin peut dire ce que c’est");
    expect(html).not.toMatch(/diagnostic|BPCO/i);
  });

  test("does not give as a result what was set aside", () => {
    const html = page({ ...blow(2.1), "result.review": chosen("set_aside") });
    expect(html).toContain("n’a pas été retenu");
    expect(html).not.toMatch(/data-airway|étroites/);
  });

  test("draws an airway for the four results of a screening and for no other choice", () => {
    expect(isAirway(questionOf(form, "result.conclusion"))).toBe(true);
    expect(isAirway(questionOf(form, "walk.side"))).toBe(false);
    expect(airwayOf("not_interpretable")).toBe("unreadable");
    expect(airwayOf("normal")).toBeNull();
  });
});

describe("the person's own view", () => {
  const asked = (section: string): string[] =>
    plainQuestions(form, form.items.get(section) as Group).map(({ linkId }) => linkId);

  test("asks what has plain words, and neither results nor what is the professional's", () => {
    expect(asked("walk")).toEqual(["walk.pain", "walk.side", "walk.falls"]);
    expect(asked("mood")).toEqual(["mood.low"]);
    expect(asked("result")).toEqual([]);
    expect(asked("spirometry")).toEqual([]);
  });

  test("is offered where there is something to ask", () => {
    expect(view("walk")).toContain("Vue pour la personne");
    expect(view("words")).not.toContain("Vue pour la personne");
  });
});

describe("a spirometer's file", () => {
  const trial = (n: number, fev1: number): Curves["trials"][number] => ({
    n,
    fev1,
    fvc: 3.126,
    time_s: [0, 0.1, 6],
    volume_l: [0, 0.5, 3.126],
    flow_l_s: [0, 6, 0.02],
  });
  const curves: Curves = {
    v: 1,
    source: "ndd-xml",
    device: "EasyOne 1",
    trials: [trial(4, 2.595), trial(7, 2.4)],
  };
  const item = questionOf(form, "spirometry.curves");

  test("fills the manoeuvres in order, rounded half up to the decimals of the form", () => {
    const filled = accepted(form, item, renumbered(curves));
    expect(
      Object.fromEntries(filled.slice(1).map(({ question, values }) => [question.linkId, values[0]])),
    ).toEqual({
      "spirometry.blow1.fev1": 2.6,
      "spirometry.blow1.fvc": 3.13,
      "spirometry.blow2.fev1": 2.4,
      "spirometry.blow2.fvc": 3.13,
    });
    expect(manoeuvreQuestion(form, item, 4, "fev1")).toBeNull();
  });

  test("takes the place of the manoeuvres before and of what was judged of them", () => {
    const bpco = parseQuestionnaire(published("bpco-reperage.v1.0.0.json"));
    const own = questionOf(bpco, "spirometry.curves");
    let filling: { answers: Answers; entries: Entries } = { answers: {}, entries: {} };
    const onchange = (answers: Answers, entries: Entries): void => void (filling = { answers, entries });
    const capture = new Capture(() => props({}, { form: bpco, ...filling, onchange }));
    const accept = (...values: readonly number[]): void => {
      const trials = values.map((value, index) => trial(index + 1, value));
      capture.fill(accepted(bpco, own, { ...curves, trials }), manoeuvreGroups(bpco, own).flat());
    };
    const blows = (): readonly string[] =>
      Object.keys(filling.answers).filter((linkId) => /[.]blow\d/.test(linkId));
    const held = (): number => heldManoeuvres(bpco, own, filling);

    expect(held()).toBe(0);
    accept(2.9, 2.8, 2.7, 2.6, 2.5, 2.4, 2.3, 2.2);
    expect(held()).toBe(8);
    for (const n of [1, 8])
      for (const judged of ["acceptable_fev1", "usable_fev1", "acceptable_fvc", "usable_fvc"])
        capture.set(questionOf(bpco, `spirometry.blow${String(n)}.${judged}`), [true]);
    capture.note(questionOf(bpco, "spirometry.blow5.fvc"), "3,1x");
    capture.set(questionOf(bpco, "spirometry.trained"), [true]);

    accept(2.9, 1.8, 1.7);
    expect(held()).toBe(3);
    expect(blows().toSorted()).toEqual(
      [1, 2, 3].flatMap((n) => [`spirometry.blow${String(n)}.fev1`, `spirometry.blow${String(n)}.fvc`]),
    );
    expect(filling.answers["spirometry.blow1.fev1"]).toMatchObject({
      values: [expect.objectContaining({ value: 2.9 })],
    });
    expect(filling.entries).toEqual({});
    expect(filling.answers["spirometry.trained"]).toMatchObject({ values: [true] });
  });

  test("is kept with fewer points, then with none, where the item has no room", () => {
    const long: Curves = {
      ...curves,
      trials: [{ ...trial(1, 2.5), ...ramp(120) }],
    };
    const text = (maxLength: number): string =>
      String(accepted(form, { ...item, maxLength }, long)[0]?.values[0]);
    expect(readCurves(text(60_000))?.trials[0]?.time_s).toHaveLength(120);
    expect(readCurves(text(1_000))?.trials[0]?.time_s).toHaveLength(30);
    expect(readCurves(text(150))?.trials[0]).toMatchObject({ fev1: 2.5, time_s: [] });
  });

  test("that is kept is drawn, and said in words and in a table", () => {
    const held = accepted(form, item, renumbered(curves))[0]?.values[0];
    const answers: Answers = { [item.linkId]: { kind: "values", values: [String(held)], ...AUTHOR } };
    const html = view("spirometry", {}, { answers });
    expect(html).toMatch(/role="img" aria-label="Courbe débit-volume.: 2 manœuvres\. Manœuvre 1/);
    expect(html).toMatch(/role="img" aria-label="Courbe volume-temps/);
    expect(html).toMatch(/2,60.L/);
  });

  function ramp(count: number): Pick<Curves["trials"][number], "time_s" | "volume_l" | "flow_l_s"> {
    const every = (scale: number): number[] => Array.from({ length: count }, (_, i) => (i * scale) % 7);
    return {
      time_s: Array.from({ length: count }, (_, i) => i * 0.05),
      volume_l: every(0.031),
      flow_l_s: every(0.77),
    };
  }
});

test("results that a choice reviews from another section are named with it; those of its own are not said twice", () => {
  const icope = parseQuestionnaire(published("icope-step1.v1.0.0.json"));
  const block = blocks(icope, (icope.items.get("results") as Group).children).find(
    ({ kind }) => kind === "review",
  );
  if (block?.kind !== "review") throw new Error("no block");
  expect(block.elsewhere.map(({ linkId }) => linkId)).toContain("cognition.state");
  expect(block.elsewhere.every(({ section }) => section !== "results")).toBe(true);
  expect(offersPage(icope, "results")).toBe(true);
  expect(offersPage(icope, "identity")).toBe(false);
});

test("short questions of a block stand in columns, others do not", () => {
  const blow = form.items.get("spirometry.blow1") as Group;
  expect(inColumns([...blow.children, questionOf(form, "walk.falls")])).toBe(true);
  expect(inColumns((form.items.get("walk") as Group).children)).toBe(false);
});
