/** What a published file says of an instrument is read whole: nothing of docs/forms.md is lost on the way. */
import { describe, expect, test } from "vitest";
import { FormInvalid } from "$lib/forms/errors";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import {
  call,
  expression,
  file,
  item,
  type Json,
  option,
  ours,
  part,
  parts,
  questionOf,
  standard,
  written,
} from "./written";

const english = (text: string): Json => ({
  extension: [
    standard("translation", {
      extension: [part("lang", { valueCode: "en" }), part("content", { valueString: text })],
    }),
  ],
});

describe("a form", () => {
  test("is a record unless it says otherwise", () => {
    expect(written([item("s.q", "string")]).use).toBe("record");
    const use = { extension: [ours("use", { valueCode: "anonymous" })] };
    expect(written([item("s.q", "string")], use).use).toBe("anonymous");
  });
});

describe("an item", () => {
  test("says its text in plain words", () => {
    const plain = { ...ours("person-text", { valueString: "Vos yeux" }), _valueString: english("Your eyes") };
    const form = written([item("s.q", "boolean", { extension: [plain] })]);
    expect(form.items.get("s.q")?.personText).toEqual({ fr: "Vos yeux", en: "Your eyes" });
  });

  test("is enabled by an expression", () => {
    const extension = [expression("enableWhenExpression", "true")];
    expect(written([item("s.t", "display", { extension })]).items.get("s.t")?.enableExpression).toBe("true");
  });

  test("is an alert when it is urgent", () => {
    const form = written([
      item("s.t", "display"),
      item("s.u", "display", { extension: [ours("urgent", { valueBoolean: true })] }),
    ]);
    expect(form.items.get("s.t")).toMatchObject({ urgent: false });
    expect(form.items.get("s.u")).toMatchObject({ urgent: true });
  });

  test("opens later, when it is a group that waits", () => {
    const delay = parts(
      "delay",
      part("since", { valueString: "s.q" }),
      part("seconds", { valueInteger: 180 }),
    );
    const form = written([item("s.q", "boolean"), item("s.g", "group", { extension: [delay], item: [] })]);
    expect(form.items.get("s.g")).toMatchObject({ delay: { since: "s.q", seconds: 180 } });
  });
});

describe("a question", () => {
  test.each(["stopwatch", "body-side", "spirometer-file"])("is drawn as %s", (code) => {
    const form = written([item("s.q", "text", { extension: [ours("control", { valueCode: code })] })]);
    expect(questionOf(form, "s.q").control).toBe(code);
  });

  test("is drawn as a slider", () => {
    const slider = standard("questionnaire-itemControl", {
      valueCodeableConcept: {
        coding: [{ system: "http://hl7.org/fhir/questionnaire-item-control", code: "slider" }],
      },
    });
    expect(questionOf(written([item("s.q", "integer", { extension: [slider] })]), "s.q").control).toBe(
      "slider",
    );
  });

  test("is a setting with what it starts from, and what is remembered of it", () => {
    const form = written([
      item("s.q", "decimal", {
        readOnly: true,
        initial: [{ valueDecimal: 0.7 }],
        extension: [ours("setting", { valueBoolean: true }), ours("remembered", { valueBoolean: true })],
      }),
    ]);
    expect(questionOf(form, "s.q")).toMatchObject({ setting: true, initial: 0.7, remembered: true });
  });

  test("is measured between two others", () => {
    const elapsed = parts(
      "elapsed",
      part("since", { valueString: "s.a" }),
      part("until", { valueString: "s.b" }),
    );
    const form = written([
      item("s.a", "boolean"),
      item("s.b", "boolean"),
      item("s.q", "integer", { extension: [elapsed] }),
    ]);
    expect(questionOf(form, "s.q").elapsed).toEqual({ since: "s.a", until: "s.b" });
  });

  test.each([
    ["%stop.theme", { from: "theme" }],
    ["%roster.sex", { from: "roster", field: "sex" }],
    ["%person.facts('s.x').value", { from: "fact", linkId: "s.x", part: "value" }],
    ["%person.facts('s.x').day", { from: "fact", linkId: "s.x", part: "day" }],
  ])("starts from %s", (text, point) => {
    const form = written([item("s.q", "string", { extension: [expression("initialExpression", text)] })]);
    expect(questionOf(form, "s.q").startsFrom).toEqual(point);
  });

  test("is calculated by a named function, with its rule and who reviews it", () => {
    const rule = parts(
      "rule",
      { ...part("text", { valueString: "Au moins deux oui" }), _valueString: english("Two yes or more") },
      part("source", { valueString: "HAS 2019" }),
    );
    const form = written([
      item("s.birth", "date"),
      item("s.q", "choice", {
        answerOption: [
          option("A", {
            extension: [
              ours("tone", { valueCode: "good" }),
              ours("person-text", { valueString: "Tout va bien" }),
            ],
          }),
        ],
        extension: [
          call("spirometry-grade", ["birth-date", "s.birth"], ["value", "s.birth"], ["set", "=gli-2022"]),
          rule,
          ours("reviewed-by", { valueString: "s.review" }),
          ours("person-result", { valueBoolean: true }),
        ],
      }),
      item("s.review", "choice", { answerOption: [option("validated"), option("set_aside")] }),
    ]);
    expect(questionOf(form, "s.q")).toMatchObject({
      absences: false,
      calculation: {
        kind: "function",
        call: {
          name: "spirometry-grade",
          arguments: [
            { name: "birth-date", link: "s.birth" },
            { name: "value", link: "s.birth" },
            { name: "set", code: "gli-2022" },
          ],
        },
      },
      rule: { text: { fr: "Au moins deux oui", en: "Two yes or more" }, source: "HAS 2019" },
      reviewedBy: "s.review",
      personResult: true,
      options: [{ tone: "good", personText: { fr: "Tout va bien" } }],
    });
  });
});

describe("a file is refused", () => {
  const elapsed = parts(
    "elapsed",
    part("since", { valueString: "s.no" }),
    part("until", { valueString: "s.no" }),
  );
  const delay = parts("delay", part("since", { valueString: "s.no" }), part("seconds", { valueInteger: 1 }));
  test.each<[string, Json[], Json?]>([
    ["with an unknown use", [], { extension: [ours("use", { valueCode: "diary" })] }],
    [
      "with an unknown control",
      [item("s.q", "text", { extension: [ours("control", { valueCode: "dial" })] })],
    ],
    ["with an unknown function", [item("s.q", "decimal", { extension: [call("bmi")] })]],
    [
      "with an argument that is no question",
      [item("s.q", "decimal", { extension: [call("gli", ["sex", "s"])] })],
    ],
    ["with a delay since nothing", [item("s.g", "group", { extension: [delay], item: [] })]],
    ["with a time between nothings", [item("s.q", "integer", { extension: [elapsed] })]],
    [
      "with a time that is no integer",
      [item("s.no", "string"), item("s.q", "decimal", { extension: [elapsed] })],
    ],
    [
      "with a review by nobody",
      [item("s.q", "decimal", { extension: [ours("reviewed-by", { valueString: "s.no" })] })],
    ],
    [
      "with an unknown tone",
      [
        item("s.q", "choice", {
          answerOption: [option("a", { extension: [ours("tone", { valueCode: "red" })] })],
        }),
      ],
    ],
    [
      "with two starting values",
      [item("s.q", "integer", { initial: [{ valueInteger: 1 }, { valueInteger: 2 }] })],
    ],
    ["with a starting value of another type", [item("s.q", "boolean", { initial: [{ valueInteger: 1 }] })]],
    ["with a starting text", [item("s.q", "string", { initial: [{ valueString: "x" }] })]],
    [
      "with a rule without source",
      [item("s.q", "decimal", { extension: [parts("rule", part("text", { valueString: "x" }))] })],
    ],
    [
      "that starts from another fact",
      [item("s.q", "string", { extension: [expression("initialExpression", "%person.name")] })],
    ],
  ])("%s", (_, items, more) => {
    expect(() => parseQuestionnaire(file(items, more))).toThrow(FormInvalid);
  });
});
