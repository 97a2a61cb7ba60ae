import { describe, expect, it } from "vitest";
import { Capture } from "../../src/components/form/capture.svelte";
import { AUTHOR, published } from "./flat";
import { item, option, ours, questionOf, written } from "./written";
import type { Answer, Answers, Entries } from "$lib/forms";
import { codeChosen, type Kits, startedWithKits } from "$lib/forms/kits";
import { parseQuestionnaire } from "$lib/forms/questionnaire";

const BPCO = parseQuestionnaire(published("bpco-reperage.v1.0.0.json"));
const CONTEXT = { visitDate: "2026-11-23", today: "2026-11-23", stop: null, commune: () => null };
const BEGUN = "2026-11-23T08:00:00.000+01:00";

const given = (value: string): Answer => ({ kind: "values", values: [value], by: AUTHOR.by, at: BEGUN });
const kit = (model: string, serial: string): { answers: Answers; entries: Entries } => ({
  answers: { "device.model": given(model), "device.serial": given(serial) },
  entries: {},
});
const DAY: Kits = { "device.kind": { mini: kit("PiKo-6", "PK6-2231"), spirometer: kit("EasyOne", "EO-1") } };

/** A record being filled, its host keeping what it is told to. */
class Filled {
  answers: Answers = {};
  entries: Entries = {};
  kits: Kits | undefined;
  readonly capture: Capture;

  constructor(kits?: Kits, keeps = true) {
    this.kits = kits;
    this.capture = new Capture(() => ({
      form: BPCO,
      answers: this.answers,
      entries: this.entries,
      ...(this.kits === undefined ? {} : { kits: this.kits }),
      context: CONTEXT,
      member: AUTHOR.by,
      now: () => AUTHOR.at,
      onchange: (answers, entries, told) => {
        [this.answers, this.entries] = [answers, entries];
        if (keeps) this.kits = told;
      },
    }));
  }

  choose(code: string): void {
    const question = questionOf(BPCO, "device.kind");
    const chosen = question.options.find(({ coding }) => coding.code === code);
    if (chosen === undefined) throw new Error(code);
    this.capture.choose(question, chosen.coding);
  }

  type(linkId: string, typed: string): void {
    this.capture.type(questionOf(BPCO, linkId), typed);
  }

  get device(): Record<string, unknown> {
    const links = ["model", "serial", "calibrated_on"].map((each) => `device.${each}`);
    return Object.fromEntries(
      links.flatMap((linkId) => {
        const answer = this.answers[linkId];
        const held = answer?.kind === "values" ? answer.values[0] : (answer?.reason ?? this.entries[linkId]);
        return held === undefined ? [] : [[linkId.slice("device.".length), held]];
      }),
    );
  }
}

describe("what belongs to a kit", () => {
  it("starts when the kit is chosen, with the values of that kit", () => {
    const filled = new Filled(DAY);
    expect(filled.device).toEqual({});
    filled.choose("spirometer");
    expect(filled.device).toEqual({ model: "EasyOne", serial: "EO-1" });
    expect(filled.answers["device.model"]).toEqual(given("EasyOne"));
    filled.choose("mini");
    expect(filled.device).toEqual({ model: "PiKo-6", serial: "PK6-2231" });
  });

  it("is not what another kit left there: of a kit that nobody used yet nothing is known", () => {
    const filled = new Filled({ "device.kind": { mini: kit("PiKo-6", "PK6-2231") } });
    filled.choose("mini");
    filled.choose("spirometer");
    expect(filled.device).toEqual({});
  });

  it.each([
    ["kept by the host", true],
    ["that no host keeps", false],
  ])("%s comes back with the kit, be it a value, an absence or half a date", (_, keeps) => {
    const filled = new Filled(undefined, keeps);
    filled.choose("mini");
    filled.type("device.model", "Vitalograph copd-6");
    filled.capture.stateAbsence(questionOf(BPCO, "device.serial"), "asked-unknown");
    filled.type("device.calibrated_on", "02/11");
    const typed = { model: "Vitalograph copd-6", serial: "asked-unknown", calibrated_on: "02/11" };
    expect(filled.device).toEqual(typed);
    filled.choose("spirometer");
    expect(filled.device).toEqual({});
    filled.type("device.model", "SpiroUSB");
    filled.choose("none");
    expect(filled.device).toEqual({});
    filled.choose("mini");
    expect(filled.device).toEqual(typed);
    filled.choose("spirometer");
    expect(filled.device).toEqual({ model: "SpiroUSB" });
  });

  it("what was typed over the day's value, or emptied, is what comes back", () => {
    const filled = new Filled(DAY);
    filled.choose("mini");
    filled.type("device.serial", "PK6-9");
    filled.capture.clear(questionOf(BPCO, "device.model"));
    filled.choose("spirometer");
    filled.choose("mini");
    expect(filled.device).toEqual({ serial: "PK6-9" });
  });

  it("comes back to be confirmed again: what it was confirmed beside may have changed", () => {
    const filled = new Filled();
    filled.choose("mini");
    filled.type("device.calibrated_on", "01/01/2024");
    filled.capture.confirm(questionOf(BPCO, "device.calibrated_on"));
    expect(filled.answers["device.calibrated_on"]).toMatchObject({ confirmed: true });
    filled.choose("spirometer");
    filled.choose("mini");
    expect(filled.device).toEqual({ calibrated_on: "2024-01-01" });
    expect(filled.answers["device.calibrated_on"]).not.toHaveProperty("confirmed");
  });

  it("stays when the same kit is tapped again, or when another question is answered", () => {
    const filled = new Filled(DAY);
    filled.choose("mini");
    filled.type("device.serial", "PK6-9");
    filled.choose("mini");
    filled.type("exposure.detail", "Foin");
    expect(filled.device).toEqual({ model: "PiKo-6", serial: "PK6-9" });
  });

  it("of no kit is of the kit that is chosen first, and given at once with a kit is that kit's", () => {
    const form = written([
      item("s.kind", "choice", { answerOption: [option("a"), option("b")] }),
      item("s.serial", "string", {
        extension: [
          ours("kept-for-the-day", { valueBoolean: true }),
          ours("kept-with", { valueString: "s.kind" }),
        ],
      }),
    ]);
    const [kind, serial] = [questionOf(form, "s.kind"), questionOf(form, "s.serial")];
    let answers: Answers = {};
    const capture = new Capture(() => ({
      form,
      answers,
      entries: {},
      context: CONTEXT,
      member: AUTHOR.by,
      now: () => AUTHOR.at,
      onchange: (changed) => (answers = changed),
    }));
    const coding = (code: string) => kind.options.find((each) => each.coding.code === code)?.coding ?? code;
    capture.type(serial, "1");
    capture.set(kind, [coding("a")]);
    expect(answers["s.serial"]).toMatchObject({ values: ["1"] });
    capture.fill([
      { question: kind, values: [coding("b")] },
      { question: serial, values: ["2"] },
    ]);
    expect(answers["s.serial"]).toMatchObject({ values: ["2"] });
    capture.set(kind, [coding("a")]);
    expect(answers["s.serial"]).toMatchObject({ values: ["1"] });
    capture.clear(kind);
    expect(answers).toEqual({});
  });
});

describe("a record that begins", () => {
  const kind = (code: string): Answer => ({
    kind: "values",
    values: [{ system: "https://escale.example/fhir/CodeSystem/bpco-measure", code }],
    ...AUTHOR,
  });

  it("starts with the kit that is chosen already, and overwrites nothing", () => {
    const begun = { "device.kind": kind("mini"), "device.serial": given("X") };
    expect(startedWithKits(BPCO, begun, DAY)).toEqual({ ...begun, "device.model": given("PiKo-6") });
  });

  it.each<[string, Answers]>([
    ["no kit is chosen", {}],
    ["why there is none is stated", { "device.kind": { kind: "absent", reason: "not-asked", ...AUTHOR } }],
    ["a kit that nobody used is chosen", { "device.kind": kind("none") }],
  ])("starts with no kit's values while %s", (_, begun) => {
    expect(startedWithKits(BPCO, begun, DAY)).toEqual(begun);
  });

  it("knows no kit by two codes", () => {
    const both = { kind: "values", values: [{ system: "x", code: "a" }, "b"], ...AUTHOR } as const;
    expect(codeChosen(both)).toBeNull();
    expect(codeChosen(kind("mini"))).toBe("mini");
  });
});
