/** The facets of one question in a Questionnaire: limits, units, rules, how it is drawn and computed. */
import { coding, EXTENSION, extensionValue, extensions, localised } from "./extensions";
import { FormInvalid } from "./errors";
import type { Calculation, Constraint, EntryUnit, Limits, Option, Question, QuestionType } from "./form";
import { boolean, defined, type Json, number, object, objects, oneOf, string } from "./json";

type Facets = Omit<
  Question,
  "type" | "linkId" | "label" | "itemClass" | "hidden" | "conditions" | "behavior" | "parent" | "section"
>;

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
      absence === undefined ? !readOnly && calculation === undefined : boolean(absence, `${place} absence`),
    carried: value(EXTENSION.carried) === true,
    restricts: value(EXTENSION.restricts) === true,
    limits: readLimits(json, place),
    entryUnits: extensions(json, EXTENSION.entryUnit, place).map((each) => readEntryUnit(each, place)),
    options,
    constraints: extensions(json, EXTENSION.constraint, place).map((each) => readConstraint(each, place)),
    ...defined({
      calculation,
      maxLength: optionalNumber(json.maxLength, `${place}.maxLength`),
      maxOccurs: optionalNumber(value(EXTENSION.maxOccurs), `${place} maxOccurs`),
      maxDecimals: optionalNumber(value(EXTENSION.maxDecimalPlaces), `${place} maxDecimalPlaces`),
      unit: readUnit(json, type, place),
      entryPair: optional(value(EXTENSION.entryPair), (each) => string(each, `${place} entry-pair`)),
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
      rosterField: readRosterField(json, place),
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

function readControl(json: Json, place: string): Question["control"] {
  return optional(extensionValue(json, EXTENSION.itemControl, place), (concept) => {
    const [first] = objects(object(concept, `${place} itemControl`).coding, `${place} itemControl`);
    const codes = ["radio-button", "check-box", "drop-down", "autocomplete"] as const;
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

function expressionOf(json: Json, url: string, place: string): string | undefined {
  return optional(extensionValue(json, url, place), (expression) =>
    string(object(expression, place).expression, `${place} expression`),
  );
}

function readCalculation(json: Json, place: string): Calculation | undefined {
  const expression = expressionOf(json, EXTENSION.calculatedExpression, place);
  if (expression !== undefined) return { kind: "expression", expression };
  return optional(extensionValue(json, EXTENSION.calculation, place), (code) => ({
    kind: oneOf(code, ["distance-to-stop-km"], `${place} calculation`),
  }));
}

function readRosterField(json: Json, place: string): string | undefined {
  const expression = expressionOf(json, EXTENSION.initialExpression, place);
  if (expression === undefined) return undefined;
  const field = /^%roster\.(\w+)$/.exec(expression)?.[1];
  if (field === undefined) throw new FormInvalid(place, "an initial value comes from %roster only");
  return field;
}
