/** Small forms written in tests, in the words of docs/forms.md. */
import { type Form, isQuestion, type Question } from "$lib/forms/form";
import { parseQuestionnaire } from "$lib/forms/questionnaire";

/** A JSON object of a Questionnaire. */
export type Json = Record<string, unknown>;

const OURS = "https://escale.example/fhir/StructureDefinition/";
const SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";

/** One of our extensions with a plain value: `ours("setting", { valueBoolean: true })`. */
export const ours = (name: string, value: Json): Json => ({ url: OURS + name, ...value });

/** One of our extensions with parts. */
export const parts = (name: string, ...inside: Json[]): Json => ({ url: OURS + name, extension: inside });

/** A part of an extension, or an argument of a function. */
export const part = (name: string, value: Json): Json => ({ url: name, ...value });

/** An SDC extension that holds an expression. */
export const expression = (name: string, text: string): Json => ({
  url: `${SDC}${name}`,
  valueExpression: { language: "text/fhirpath", expression: text },
});

/** A standard FHIR extension. */
export const standard = (name: string, value: Json): Json => ({
  url: `http://hl7.org/fhir/StructureDefinition/${name}`,
  ...value,
});

/** A call of the function `name`; each argument is a link, or `=code`. */
export const call = (name: string, ...given: readonly (readonly [string, string])[]): Json =>
  parts(
    "function",
    part("name", { valueCode: name }),
    ...given.map(([argument, from]) => ({
      url: "argument",
      extension: [
        part("name", { valueCode: argument }),
        from.startsWith("=")
          ? part("code", { valueCode: from.slice(1) })
          : part("link", { valueString: from }),
      ],
    })),
  );

/** An option of a choice. */
export const option = (code: string, more: Json = {}): Json => ({
  valueCoding: { system: "https://escale.example/fhir/CodeSystem/x", code, display: code },
  ...more,
});

/** A question; `extension` holds its extensions. */
export const item = (linkId: string, type: string, more: Json = {}): Json => ({
  linkId,
  text: linkId,
  type,
  ...more,
});

/** The file of a form with one section `s`. */
export const file = (items: readonly Json[], more: Json = {}): Json => ({
  resourceType: "Questionnaire",
  url: "https://escale.example/fhir/Questionnaire/x",
  version: "1.0.0",
  title: "X",
  item: [{ linkId: "s", text: "Section", type: "group", item: items }],
  ...more,
});

/** The form of {@link file}. */
export const written = (items: readonly Json[], more: Json = {}): Form =>
  parseQuestionnaire(file(items, more));

/** A question of `form`. */
export function questionOf(form: Form, linkId: string): Question {
  const found = form.items.get(linkId);
  if (!isQuestion(found)) throw new Error(`no question ${linkId}`);
  return found;
}
