/** One pass over forms made for it: what expressions enable, and what they calculate of each type. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Answers, FormContext, Value } from "$lib/forms/answers";
import { linkIdsCalculatedFrom } from "$lib/forms/calculate";
import { type Evaluator, loadEvaluator } from "$lib/forms/evaluate";
import { onePass } from "$lib/forms/pass";
import { AUTHOR } from "./flat";
import { call, expression, item, type Json, option, questionOf, standard, written } from "./written";

const context: FormContext = {
  visitDate: "2026-11-23",
  today: "2026-11-23",
  stop: null,
  commune: () => null,
};
let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await loadEvaluator();
});

const read = (linkId: string): string => `%resource.repeat(item).where(linkId = '${linkId}').answer.value`;
const answers = (values: Readonly<Record<string, Value>>): Answers =>
  Object.fromEntries(
    Object.entries(values).map(([linkId, value]) => [linkId, { kind: "values", values: [value], ...AUTHOR }]),
  );
const calculated = (type: string, text: string, more: Json = {}): Json =>
  item("s.result", type, { extension: [expression("calculatedExpression", text)], ...more });

describe("an item enabled by an expression", () => {
  const form = written([
    item("s.a", "integer"),
    item("s.b", "string", { extension: [expression("enableWhenExpression", `${read("s.a")} >= 2`)] }),
    item("s.c", "string", { enableWhen: [{ question: "s.b", operator: "exists", answerBoolean: true }] }),
  ]);
  const asked = (given: Answers, by: Evaluator | null = evaluator): boolean[] => {
    const { enabled } = onePass({ form, context, evaluator: by }, given, AUTHOR);
    return ["s.b", "s.c"].map((linkId) => enabled.has(linkId));
  };

  test("is asked when it yields true", () => {
    expect(asked(answers({ "s.a": 2, "s.b": "x" }))).toEqual([true, true]);
  });

  test("is not when it yields false, nothing, or nothing can be evaluated; what it answered then counts for nobody", () => {
    expect(asked(answers({ "s.a": 1, "s.b": "x" }))).toEqual([false, false]);
    expect(asked(answers({ "s.b": "x" }))).toEqual([false, false]);
    expect(asked({ "s.a": { kind: "absent", reason: "asked-unknown", ...AUTHOR } })).toEqual([false, false]);
    expect(asked(answers({ "s.a": 2, "s.b": "x" }), null)).toEqual([false, false]);
  });

  test("is not when it yields something else than one true", () => {
    const several = written([
      item("s.a", "boolean", { repeats: true }),
      item("s.b", "string", { extension: [expression("enableWhenExpression", "true | true | false")] }),
      item("s.c", "string", { extension: [expression("enableWhenExpression", "'true'")] }),
    ]);
    const { enabled } = onePass({ form: several, context, evaluator }, {}, AUTHOR);
    expect([enabled.has("s.b"), enabled.has("s.c")]).toEqual([false, false]);
  });
});

describe("a calculated item", () => {
  test.each<[string, string, Json, unknown]>([
    ["boolean", "1 > 0", {}, true],
    ["boolean", "1", {}, undefined],
    ["date", "%visitDate + 6 months", {}, "2027-05-23"],
    ["date", "'soon'", {}, undefined],
    ["date", "%visitDate.count()", {}, undefined],
    ["integer", "2 + 1", {}, 3],
    ["integer", "1 > 0", {}, undefined],
    ["decimal", "{}", {}, undefined],
    ["choice", "'a'", { answerOption: [option("a")] }, option("a").valueCoding],
    ["choice", "'b'", { answerOption: [option("a")] }, undefined],
  ])("%s of %s", (type, text, more, expected) => {
    const form = written([calculated(type, text, more)]);
    const pass = onePass({ form, context, evaluator }, {}, AUTHOR);
    expect(pass.calculated.get("s.result")).toEqual(expected);
  });

  test("by a named function is rounded before anything reads it, and says what it was made of", () => {
    const decimals = standard("maxDecimalPlaces", { valueInteger: 1 });
    const form = written([
      item("s.sex", "choice", { answerOption: [option("F")] }),
      item("s.birth", "date"),
      item("s.height", "decimal"),
      item("s.predicted", "decimal", {
        extension: [
          decimals,
          call(
            "gli",
            ["set", "=gli-2022"],
            ["index", "=fev1"],
            ["output", "=predicted"],
            ["sex", "s.sex"],
            ["birth-date", "s.birth"],
            ["height", "s.height"],
          ),
        ],
      }),
      calculated("boolean", `${read("s.predicted")} = 2.4`),
    ]);
    const sex = questionOf(form, "s.sex").options[0]?.coding ?? "";
    const given = answers({ "s.sex": sex, "s.birth": "1968-11-23", "s.height": 162 });
    const pass = onePass({ form, context, evaluator }, given, AUTHOR);
    expect([...pass.calculated]).toEqual([
      ["s.predicted", 2.4],
      ["s.result", true],
    ]);
    expect(linkIdsCalculatedFrom(questionOf(form, "s.predicted"), form)).toEqual([
      "s.sex",
      "s.birth",
      "s.height",
    ]);
  });
});
