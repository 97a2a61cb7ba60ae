/** FHIR extensions: the URLs this engine knows (`docs/forms.md`, wire §2.1) and how they are read. */
import type { Coding } from "./answers";
import type { Localised } from "./form";
import { defined, type Json, object, objects, string } from "./json";

const OURS = "https://escale.example/fhir/StructureDefinition/";
const FHIR = "http://hl7.org/fhir/StructureDefinition/";
const SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/";

/** The URL of every extension read or written. */
export const EXTENSION = {
  absence: `${OURS}absence`,
  answeredBy: `${OURS}answered-by`,
  calculation: `${OURS}calculation`,
  carried: `${OURS}carried`,
  carriedFrom: `${OURS}carried-from`,
  comparedWith: `${OURS}compared-with`,
  confirmed: `${OURS}confirmed`,
  control: `${OURS}control`,
  dateRule: `${OURS}date-rule`,
  yearRule: `${OURS}year-rule`,
  delay: `${OURS}delay`,
  elapsed: `${OURS}elapsed`,
  entryPair: `${OURS}entry-pair`,
  entryUnit: `${OURS}entry-unit`,
  exclusive: `${OURS}exclusive`,
  function: `${OURS}function`,
  itemClass: `${OURS}item-class`,
  keptWith: `${OURS}kept-with`,
  keptForTheDay: `${OURS}kept-for-the-day`,
  lookup: `${OURS}lookup`,
  personLine: `${OURS}person-line`,
  personResult: `${OURS}person-result`,
  personText: `${OURS}person-text`,
  photoDigest: `${OURS}photo-digest`,
  photoHeight: `${OURS}photo-height`,
  photoWidth: `${OURS}photo-width`,
  remembered: `${OURS}remembered`,
  restricts: `${OURS}restricts`,
  reviewedBy: `${OURS}reviewed-by`,
  rule: `${OURS}rule`,
  setsAside: `${OURS}sets-aside`,
  setting: `${OURS}setting`,
  softMax: `${OURS}soft-max`,
  softMin: `${OURS}soft-min`,
  textRule: `${OURS}text-rule`,
  tone: `${OURS}tone`,
  typedAs: `${OURS}typed-as`,
  urgent: `${OURS}urgent`,
  use: `${OURS}use`,
  absentReason: `${FHIR}data-absent-reason`,
  constraint: `${FHIR}questionnaire-constraint`,
  hidden: `${FHIR}questionnaire-hidden`,
  itemControl: `${FHIR}questionnaire-itemControl`,
  maxDecimalPlaces: `${FHIR}maxDecimalPlaces`,
  maxOccurs: `${FHIR}questionnaire-maxOccurs`,
  maxValue: `${FHIR}maxValue`,
  minValue: `${FHIR}minValue`,
  translation: `${FHIR}translation`,
  unit: `${FHIR}questionnaire-unit`,
  calculatedExpression: `${SDC}sdc-questionnaire-calculatedExpression`,
  enableWhenExpression: `${SDC}sdc-questionnaire-enableWhenExpression`,
  initialExpression: `${SDC}sdc-questionnaire-initialExpression`,
  shortText: `${SDC}sdc-questionnaire-shortText`,
} as const;

/** The extensions of `element` with this URL. */
export function extensions(element: Json, url: string, place: string): readonly Json[] {
  return objects(element.extension, `${place}.extension`).filter((extension) => extension.url === url);
}

/** The value of the one extension with this URL (`valueCode`, `valueDecimal`…), undefined when it is not there. */
export function extensionValue(element: Json, url: string, place: string): unknown {
  const [extension] = extensions(element, url, place);
  if (!extension) return undefined;
  return Object.entries(extension).find(([name]) => name.startsWith("value"))?.[1];
}

/** The FHIRPath text of the `valueExpression` with this URL, undefined when it is not there. @throws FormInvalid */
export function expressionOf(element: Json, url: string, place: string): string | undefined {
  const expression = extensionValue(element, url, place);
  return expression === undefined
    ? undefined
    : string(object(expression, place).expression, `${place} expression`);
}

/** The text of the one extension with this URL, with its English; undefined when it is not there. @throws FormInvalid */
export function localisedExtension(element: Json, url: string, place: string): Localised | undefined {
  const [extension] = extensions(element, url, place);
  return extension && localised(extension, "valueString", place);
}

/** A FHIR Coding. @throws FormInvalid */
export function coding(value: unknown, place: string): Coding {
  const json = object(value, place);
  return {
    system: string(json.system, `${place}.system`),
    code: string(json.code, `${place}.code`),
    ...defined({ display: typeof json.display === "string" ? json.display : undefined }),
  };
}

/** The text `name` of `element`, with the English that its `translation` extension carries. @throws FormInvalid */
export function localised(element: Json, name: string, place: string): Localised {
  const fr = string(element[name], `${place}.${name}`);
  const companion = element[`_${name}`];
  if (companion === undefined) return { fr };
  const translations = extensions(object(companion, `${place}._${name}`), EXTENSION.translation, place);
  const english = translations.find((each) => extensionValue(each, "lang", place) === "en");
  const en = english && extensionValue(english, "content", place);
  return typeof en === "string" ? { fr, en } : { fr };
}
