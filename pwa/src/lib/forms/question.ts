/** The facets of one question in a Questionnaire: limits, units, rules, how it is drawn and computed. */
import {
  coding,
  EXTENSION,
  expressionOf,
  extensionValue,
  extensions,
  localised,
  localisedExtension,
} from "./extensions";
import { FormInvalid } from "./errors";
import type {
  Argument,
  Calculation,
  Constraint,
  Elapsed,
  EntryUnit,
  FunctionCall,
  Item,
  ItemControl,
  Limits,
  Option,
  Question,
  QuestionType,
  Rule,
  StartingPoint,
} from "./form";
import { boolean, defined, type Json, number, object, objects, oneOf, string } from "./json";

type Facets = Omit<Question, "type" | keyof Item>;

/** Everything a question says of itself beyond what all items have. @throws FormInvalid */
export function questionFacets(
  json: Json,
  type: QuestionType,
  options: readonly Option[],
  place: string,
): Facets {
  const value = (url: string): unknown => extensionValue(json, url, place);
  const calculation = readCalculation(json, place);
  const readOnly = json.readOnly === true;
  const absence = value(EXTENSION.absence);
  return {
    required: json.required === true,
    repeats: json.repeats === true,
    readOnly,
    absences:
      !readOnly &&
      calculation === undefined &&
      (absence === undefined || boolean(absence, `${place} absence`)),
    carried: value(EXTENSION.carried) === true,
    remembered: value(EXTENSION.remembered) === true,
    keptForTheDay: value(EXTENSION.keptForTheDay) === true,
    setting: value(EXTENSION.setting) === true,
    restricts: value(EXTENSION.restricts) === true,
    personResult: value(EXTENSION.personResult) === true,
    limits: readLimits(json, place),
    entryUnits: extensions(json, EXTENSION.entryUnit, place).map((each) => readEntryUnit(each, place)),
    options,
    constraints: extensions(json, EXTENSION.constraint, place).map((each) => readConstraint(each, place)),
    ...defined({
      calculation,
      maxLength: optionalNumber(json.maxLength, `${place}.maxLength`),
      maxOccurs: optionalNumber(value(EXTENSION.maxOccurs), `${place} maxOccurs`),
      maxDecimals: optionalNumber(value(EXTENSION.maxDecimalPlaces), `${place} maxDecimalPlaces`),
      short: localisedExtension(json, EXTENSION.shortText, place),
      unit: readUnit(json, type, place),
      entryPair: optional(value(EXTENSION.entryPair), (each) => string(each, `${place} entry-pair`)),
      keptWith: optional(value(EXTENSION.keptWith), (each) => string(each, `${place} kept-with`)),
      control: readControl(json, place),
      lookup: optional(value(EXTENSION.lookup), (each) =>
        oneOf(each, ["insee-commune", "insee-birth-place"], `${place} lookup`),
      ),
      textRule: optional(value(EXTENSION.textRule), (each) =>
        oneOf(each, ["ins-name", "ins-first-name", "phone"], `${place} text-rule`),
      ),
      dateRule: optional(value(EXTENSION.dateRule), (each) =>
        oneOf(each, ["birth-date", "not-before-visit"], `${place} date-rule`),
      ),
      yearRule: optional(value(EXTENSION.yearRule), (each) =>
        oneOf(each, ["birth-year"], `${place} year-rule`),
      ),
      initial: readInitial(json, type, place),
      startsFrom: readStartingPoint(json, place),
      rule: readRule(json, place),
      reviewedBy: optional(value(EXTENSION.reviewedBy), (each) => string(each, `${place} reviewed-by`)),
      comparedWith: optional(value(EXTENSION.comparedWith), (each) => string(each, `${place} compared-with`)),
      personLine: localisedExtension(json, EXTENSION.personLine, place),
      elapsed: readElapsed(json, type, place),
    }),
  };
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function optionalNumber(value: unknown, place: string): number | undefined {
  return optional(value, (each) => number(each, place));
}

function readLimits(json: Json, place: string): Limits {
  const limit = (url: string): number | undefined => optionalNumber(extensionValue(json, url, place), place);
  return defined({
    min: limit(EXTENSION.minValue),
    max: limit(EXTENSION.maxValue),
    softMin: limit(EXTENSION.softMin),
    softMax: limit(EXTENSION.softMax),
  });
}

function readUnit(json: Json, type: QuestionType, place: string): Question["unit"] {
  const unit = extensionValue(json, EXTENSION.unit, place);
  if (unit === undefined && type === "quantity") throw new FormInvalid(place, "a quantity has a unit");
  return optional(unit, (each) => coding(each, `${place} unit`));
}

function readEntryUnit(json: Json, place: string): EntryUnit {
  const part = (url: string): number =>
    number(extensionValue(json, url, place), `${place} entry-unit ${url}`);
  return {
    label: string(extensionValue(json, "label", place), `${place} entry-unit label`),
    factor: part("factor"),
    from: part("suggest-min"),
    to: part("suggest-max"),
  };
}

function readControl(json: Json, place: string): ItemControl | undefined {
  const ours = extensionValue(json, EXTENSION.control, place);
  if (ours !== undefined) {
    return oneOf(ours, ["stopwatch", "body-side", "spirometer-file"] as const, `${place} control`);
  }
  return optional(extensionValue(json, EXTENSION.itemControl, place), (concept) => {
    const [first] = objects(object(concept, `${place} itemControl`).coding, `${place} itemControl`);
    const codes = ["radio-button", "check-box", "drop-down", "autocomplete", "slider"] as const;
    return oneOf(first?.code, codes, `${place} itemControl`);
  });
}

function readConstraint(json: Json, place: string): Constraint {
  const part = (url: string): unknown => extensionValue(json, url, place);
  const [human] = extensions(json, "human", place);
  if (!human) throw new FormInvalid(place, "a constraint says what it wants");
  return {
    key: string(part("key"), `${place} constraint key`),
    severity: oneOf(part("severity"), ["error", "warning"], `${place} constraint severity`),
    expression: string(part("expression"), `${place} constraint expression`),
    human: localised(human, "valueString", `${place} constraint human`),
  };
}

function readCalculation(json: Json, place: string): Calculation | undefined {
  const expression = expressionOf(json, EXTENSION.calculatedExpression, place);
  if (expression !== undefined) return { kind: "expression", expression };
  const [named] = extensions(json, EXTENSION.function, place);
  if (named !== undefined) return { kind: "function", call: readFunction(named, `${place} function`) };
  return optional(extensionValue(json, EXTENSION.calculation, place), (code) => ({
    kind: oneOf(code, ["distance-to-stop-km"], `${place} calculation`),
  }));
}

const FUNCTIONS = ["gli", "spirometry-grade", "spirometry-best", "spirometry-count", "age-years"] as const;

function readFunction(json: Json, place: string): FunctionCall {
  return {
    name: oneOf(extensionValue(json, "name", place), FUNCTIONS, `${place} name`),
    arguments: extensions(json, "argument", place).map((each) => readArgument(each, `${place} argument`)),
  };
}

function readArgument(json: Json, place: string): Argument {
  const name = string(extensionValue(json, "name", place), `${place} name`);
  const code = extensionValue(json, "code", place);
  if (code !== undefined) return { name, code: string(code, `${place} code`) };
  return { name, link: string(extensionValue(json, "link", place), `${place} link`) };
}

function readRule(json: Json, place: string): Rule | undefined {
  const [rule] = extensions(json, EXTENSION.rule, place);
  if (rule === undefined) return undefined;
  const [text] = extensions(rule, "text", place);
  if (text === undefined) throw new FormInvalid(place, "a rule is said in words");
  return {
    text: localised(text, "valueString", `${place} rule text`),
    source: string(extensionValue(rule, "source", place), `${place} rule source`),
  };
}

function readElapsed(json: Json, type: QuestionType, place: string): Elapsed | undefined {
  const [elapsed] = extensions(json, EXTENSION.elapsed, place);
  if (elapsed === undefined) return undefined;
  if (type !== "integer") throw new FormInvalid(place, "what is measured is a whole number of seconds");
  const part = (name: string): string => string(extensionValue(elapsed, name, place), `${place} ${name}`);
  return { since: part("since"), until: part("until") };
}

function readInitial(json: Json, type: QuestionType, place: string): number | boolean | undefined {
  const [initial, ...more] = objects(json.initial, `${place}.initial`);
  if (initial === undefined) return undefined;
  if (more.length > 0) throw new FormInvalid(place, "a question starts from one value");
  switch (type) {
    case "boolean":
      return boolean(initial.valueBoolean, `${place}.initial.valueBoolean`);
    case "integer":
      return number(initial.valueInteger, `${place}.initial.valueInteger`);
    case "decimal":
    case "quantity":
      return number(initial.valueDecimal, `${place}.initial.valueDecimal`);
    default:
      throw new FormInvalid(place, "only a number or a boolean starts from an initial value");
  }
}

const FACT = /^%person\.facts\('([^']+)'\)\.(value|day)$/;

function readStartingPoint(json: Json, place: string): StartingPoint | undefined {
  const expression = expressionOf(json, EXTENSION.initialExpression, place);
  if (expression === undefined) return undefined;
  const field = /^%roster\.(\w+)$/.exec(expression)?.[1];
  if (field !== undefined) return { from: "roster", field };
  if (expression === "%stop.theme") return { from: "theme" };
  const [, linkId, part] = FACT.exec(expression) ?? [];
  if (linkId === undefined) {
    throw new FormInvalid(place, "an initial value comes from %roster, %stop.theme or %person.facts only");
  }
  return { from: "fact", linkId, part: part === "day" ? "day" : "value" };
}
