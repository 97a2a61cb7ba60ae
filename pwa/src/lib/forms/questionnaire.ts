/**
 * FHIR R4 Questionnaire → {@link Form}: read once, at the border, strictly.
 *
 * Publication (`python -m forms check`) refuses what is outside the subset of `docs/forms.md`; the tablet refuses what
 * it could not draw or judge, rather than draw it wrongly.
 */
import { FormInvalid } from "./errors";
import {
  coding,
  EXTENSION,
  expressionOf,
  extensions,
  extensionValue,
  localised,
  localisedExtension,
} from "./extensions";
import type {
  Condition,
  Delay,
  Display,
  Form,
  FormUse,
  Group,
  Item,
  ItemClass,
  Localised,
  Option,
  QuestionType,
  Tone,
} from "./form";
import { isQuestion } from "./form";
import { boolean, defined, type Json, number, object, objects, oneOf, string } from "./json";
import { questionFacets } from "./question";

const QUESTION_TYPES: readonly QuestionType[] = [
  "string",
  "text",
  "integer",
  "decimal",
  "quantity",
  "date",
  "boolean",
  "choice",
  "attachment",
];
const CLASSES: readonly ItemClass[] = ["administrative", "identity", "clinical", "sensitive"];
const USES: readonly FormUse[] = ["record", "act", "anonymous"];
const TONES: readonly Tone[] = ["good", "watch", "alert", "unknown"];

interface Surroundings {
  readonly itemClass: ItemClass;
  readonly parent: string | null;
  readonly section: string;
  readonly valueSets: ReadonlyMap<string, readonly Option[]>;
}

/** The form of a published Questionnaire, from its JSON text or its parsed object. @throws FormInvalid */
export function parseQuestionnaire(source: string | object): Form {
  const json = object(typeof source === "string" ? parse(source) : source, "Questionnaire");
  if (json.resourceType !== "Questionnaire") throw new FormInvalid("resourceType", "not a Questionnaire");
  const valueSets = containedValueSets(json);
  const sections = objects(json.item, "item").map((section, index) => {
    const linkId = string(section.linkId, `item[${index}].linkId`);
    const item = readItem(section, { itemClass: "clinical", parent: null, section: linkId, valueSets });
    if (item.type !== "group") throw new FormInvalid(linkId, "a top-level item is a group");
    return item;
  });
  const items = index(sections);
  return {
    url: string(json.url, "url"),
    version: string(json.version, "version"),
    use: oneOf(extensionValue(json, EXTENSION.use, "use") ?? "record", USES, "use"),
    title: localised(json, "title", "Questionnaire"),
    sections,
    items,
    questions: [...items.values()].filter(isQuestion),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormInvalid("Questionnaire", cause instanceof SyntaxError ? cause.message : "not JSON");
  }
}

function index(sections: readonly Group[]): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  const add = (item: Item): void => {
    if (items.has(item.linkId)) throw new FormInvalid(item.linkId, "this linkId is used twice");
    items.set(item.linkId, item);
    if (item.type === "group") item.children.forEach(add);
  };
  sections.forEach(add);
  for (const item of items.values()) {
    for (const [what, linkId] of namedBy(item)) {
      if (!isQuestion(items.get(linkId))) {
        throw new FormInvalid(item.linkId, `${what} names ${linkId}, which is no question`);
      }
    }
  }
  return items;
}

/** The questions that `item` rests on, and by what it names them. */
function namedBy(item: Item): readonly (readonly [what: string, linkId: string])[] {
  const conditions = item.conditions.map(({ question }) => ["enableWhen", question] as const);
  if (item.type === "display") return conditions;
  if (item.type === "group")
    return [...conditions, ...(item.delay ? [["delay", item.delay.since] as const] : [])];
  const { calculation, elapsed, reviewedBy, comparedWith } = item;
  const call = calculation?.kind === "function" ? calculation.call.arguments : [];
  return [
    ...conditions,
    ...call.flatMap((each) => ("link" in each ? [["function", each.link] as const] : [])),
    ...(elapsed ? [["elapsed", elapsed.since] as const, ["elapsed", elapsed.until] as const] : []),
    ...(reviewedBy === undefined ? [] : [["reviewed-by", reviewedBy] as const]),
    ...(comparedWith === undefined ? [] : [["compared-with", comparedWith] as const]),
  ];
}

function readItem(json: Json, around: Surroundings): Item {
  const place = string(json.linkId, `${around.parent ?? "Questionnaire"}.item.linkId`);
  const common = {
    linkId: place,
    label: localised(json, "text", place),
    itemClass: readClass(json, place) ?? around.itemClass,
    hidden: extensionValue(json, EXTENSION.hidden, place) === true,
    conditions: objects(json.enableWhen, `${place}.enableWhen`).map((each) => readCondition(each, place)),
    behavior: json.enableBehavior === "any" ? ("any" as const) : ("all" as const),
    parent: around.parent,
    section: around.section,
    ...defined({
      personText: localisedExtension(json, EXTENSION.personText, place),
      enableExpression: expressionOf(json, EXTENSION.enableWhenExpression, place),
    }),
  };
  if (json.type === "display") {
    const urgent = extensionValue(json, EXTENSION.urgent, place) === true;
    return { ...common, type: "display", urgent } satisfies Display;
  }
  if (json.type === "group") {
    const below = { ...around, itemClass: common.itemClass, parent: place };
    const children = objects(json.item, `${place}.item`).map((child) => readItem(child, below));
    const grid = isGrid(json, place);
    return { ...common, type: "group", children, grid, ...defined({ delay: readDelay(json, place) }) };
  }
  if (json.item !== undefined) throw new FormInvalid(place, "only groups have items");
  const type = oneOf(json.type, QUESTION_TYPES, `${place}.type`);
  return {
    ...common,
    ...questionFacets(json, type, readOptions(json, around.valueSets, place), place),
    type,
  };
}

function isGrid(json: Json, place: string): boolean {
  const concept = extensionValue(json, EXTENSION.itemControl, place);
  if (concept === undefined) return false;
  const [control] = objects(object(concept, `${place} itemControl`).coding, `${place} itemControl`);
  return oneOf(control?.code, ["grid"], `${place} itemControl`) === "grid";
}

function readDelay(json: Json, place: string): Delay | undefined {
  const [delay] = extensions(json, EXTENSION.delay, place);
  if (delay === undefined) return undefined;
  return {
    since: string(extensionValue(delay, "since", place), `${place} delay since`),
    seconds: number(extensionValue(delay, "seconds", place), `${place} delay seconds`),
  };
}

function readClass(json: Json, place: string): ItemClass | undefined {
  const code = extensionValue(json, EXTENSION.itemClass, place);
  return code === undefined ? undefined : oneOf(code, CLASSES, `${place} item-class`);
}

function readCondition(json: Json, place: string): Condition {
  const question = string(json.question, `${place}.enableWhen.question`);
  const operator = oneOf(json.operator, ["exists", "=", "!="], `${place}.enableWhen.operator`);
  const [name, answer] = Object.entries(json).find(([member]) => member.startsWith("answer")) ?? [];
  if (operator === "exists") return { question, operator, answer: boolean(answer, `${place}.enableWhen`) };
  if (name === "answerCoding") return { question, operator, answer: coding(answer, `${place}.enableWhen`) };
  if (typeof answer === "boolean" || typeof answer === "string" || typeof answer === "number") {
    return { question, operator, answer };
  }
  throw new FormInvalid(`${place}.enableWhen`, "its answer has a type this form may not compare");
}

function readOptions(
  json: Json,
  valueSets: ReadonlyMap<string, readonly Option[]>,
  place: string,
): readonly Option[] {
  if (json.answerValueSet !== undefined) {
    const options = valueSets.get(string(json.answerValueSet, `${place}.answerValueSet`));
    if (!options) throw new FormInvalid(place, "its value set is not in the form");
    return options;
  }
  return objects(json.answerOption, `${place}.answerOption`).map((option) => {
    const value = object(option.valueCoding, `${place}.answerOption.valueCoding`);
    const tone = extensionValue(option, EXTENSION.tone, place);
    const setsAside = extensionValue(option, EXTENSION.setsAside, place);
    return {
      coding: coding(value, place),
      label: localised(value, "display", `${place}.answerOption`),
      exclusive: extensionValue(option, EXTENSION.exclusive, place) === true,
      initial: option.initialSelected === true,
      ...defined({
        personText: localisedExtension(option, EXTENSION.personText, place),
        tone: tone === undefined ? undefined : oneOf(tone, TONES, `${place} tone`),
        setsAside: setsAside === undefined ? undefined : string(setsAside, `${place} sets-aside`),
      }),
    };
  });
}

function containedValueSets(json: Json): ReadonlyMap<string, readonly Option[]> {
  return new Map(
    objects(json.contained, "contained")
      .filter((resource) => resource.resourceType === "ValueSet")
      .map((resource) => [`#${string(resource.id, "contained.id")}`, valueSetOptions(resource)] as const),
  );
}

function valueSetOptions(resource: Json): readonly Option[] {
  const compose = object(resource.compose, "contained.compose");
  return objects(compose.include, "contained.compose.include").flatMap((include) => {
    const system = string(include.system, "contained.compose.include.system");
    return objects(include.concept, "contained.compose.include.concept").map((concept) => {
      const display = string(concept.display, "concept.display");
      const code = string(concept.code, "concept.code");
      return {
        coding: { system, code, display },
        label: designated(concept, display),
        exclusive: false,
        initial: false,
      };
    });
  });
}

function designated(concept: Json, fr: string): Localised {
  const designations = objects(concept.designation, "concept.designation");
  const en = designations.find((each) => each.language === "en")?.value;
  return { fr, ...defined({ en: typeof en === "string" ? en : undefined }) };
}
