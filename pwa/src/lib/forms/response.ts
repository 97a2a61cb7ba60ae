/**
 * Answers ⇄ FHIR R4 QuestionnaireResponse (wire §2.1): made once, at signature; read back to show or correct a record.
 */
import type { Answer, Answers, Author, Coding, Quantity, Value } from "./answers";
import { ABSENT_REASONS, isPhoto } from "./answers";
import { attachment, readAttachment } from "./attachment";
import { isCivilDate } from "./dates";
import { FormInvalid } from "./errors";
import { coding, EXTENSION, extensionValue } from "./extensions";
import { type Form, isQuestion, type Item, type Question, type QuestionType } from "./form";
import { defined, type Json, number, object, objects, oneOf, string } from "./json";

/** An answer in a response: one `value[x]`, or none and the reason. */
export interface ResponseAnswer {
  extension?: { url: string; [value: `value${string}`]: unknown }[];
  [value: `value${string}`]: unknown;
}

/** An item of a response: a group with items, or a question with answers. */
export interface ResponseItem {
  linkId: string;
  item?: ResponseItem[];
  answer?: ResponseAnswer[];
}

/** The QuestionnaireResponse of a record. */
export interface QuestionnaireResponse {
  resourceType: "QuestionnaireResponse";
  id?: string;
  questionnaire: string;
  status: "completed" | "amended";
  authored: string;
  author: { reference: string };
  item: ResponseItem[];
}

/** What a response says besides the answers. `author` is a member, `authored` RFC 3339. */
export interface Authorship {
  readonly author: string;
  readonly authored: string;
  readonly status: "completed" | "amended";
  readonly id?: string;
}

const VALUE_NAME: Readonly<Record<QuestionType, `value${string}`>> = {
  string: "valueString",
  text: "valueString",
  integer: "valueInteger",
  decimal: "valueDecimal",
  quantity: "valueQuantity",
  date: "valueDate",
  boolean: "valueBoolean",
  choice: "valueCoding",
  attachment: "valueAttachment",
};
const MEMBER = "urn:uuid:";

/**
 * The response that records `answers`: groups as in the form, only what was answered.
 *
 * `answers` are the settled ones (`pass.ts`): without disabled items, with calculated values.
 */
export function toQuestionnaireResponse(
  form: Form,
  answers: Answers,
  { author, authored, status, id }: Authorship,
): QuestionnaireResponse {
  return {
    resourceType: "QuestionnaireResponse",
    ...defined({ id }),
    questionnaire: `${form.url}|${form.version}`,
    status,
    authored,
    author: { reference: MEMBER + author },
    item: responseItems(form, answers, author),
  };
}

/** The items of the response of `answers`, signed by `signer`. */
export function responseItems(form: Form, answers: Answers, signer: string): ResponseItem[] {
  return form.sections.flatMap((section) => writeItem(section, answers, signer));
}

function writeItem(item: Item, answers: Answers, signer: string): ResponseItem[] {
  if (item.type === "display") return [];
  if (item.type === "group") {
    const children = item.children.flatMap((child) => writeItem(child, answers, signer));
    return children.length > 0 ? [{ linkId: item.linkId, item: children }] : [];
  }
  const answer = answers[item.linkId];
  return answer ? [{ linkId: item.linkId, answer: writeAnswers(item, answer, signer) }] : [];
}

function writeAnswers(question: Question, answer: Answer, signer: string): ResponseAnswer[] {
  const extension: NonNullable<ResponseAnswer["extension"]> = [];
  if (answer.by !== signer) {
    extension.push({ url: EXTENSION.answeredBy, valueReference: { reference: MEMBER + answer.by } });
  }
  if (answer.carriedFrom !== undefined) {
    extension.push({ url: EXTENSION.carriedFrom, valueDate: answer.carriedFrom });
  }
  if (answer.kind === "absent") {
    return [{ extension: [...extension, { url: EXTENSION.absentReason, valueCode: answer.reason }] }];
  }
  if (answer.confirmed) extension.push({ url: EXTENSION.confirmed, valueBoolean: true });
  if (answer.typedAs !== undefined) extension.push({ url: EXTENSION.typedAs, valueString: answer.typedAs });
  const shared = extension.length > 0 ? { extension } : {};
  return answer.values.map((value) => ({
    ...shared,
    [VALUE_NAME[question.type]]: isPhoto(value) ? attachment(value) : value,
  }));
}

/** The answers a response of `form` recorded. @throws FormInvalid when it is not a response of that form. */
export function fromQuestionnaireResponse(form: Form, resource: object): Answers {
  const json = object(resource, "QuestionnaireResponse");
  if (json.questionnaire !== `${form.url}|${form.version}`) {
    throw new FormInvalid("questionnaire", `not a response of ${form.url}|${form.version}`);
  }
  const at = string(json.authored, "authored");
  const reference = string(object(json.author, "author").reference, "author.reference");
  const by = reference.replace(MEMBER, "");
  const answers: Record<string, Answer> = {};
  const read = (item: Json): void => {
    const linkId = string(item.linkId, "item.linkId");
    objects(item.item, linkId).forEach(read);
    if (item.answer === undefined) return;
    const question = form.items.get(linkId);
    if (!isQuestion(question)) throw new FormInvalid(linkId, "no such question in the form");
    if (answers[linkId]) throw new FormInvalid(linkId, "answered twice");
    answers[linkId] = readAnswers(question, objects(item.answer, linkId), { by, at });
  };
  objects(json.item, "item").forEach(read);
  return answers;
}

function readAnswers(question: Question, recorded: readonly Json[], signer: Author): Answer {
  const place = question.linkId;
  const [first] = recorded;
  if (!first) throw new FormInvalid(place, "an answered item has an answer");
  const other = extensionValue(first, EXTENSION.answeredBy, place);
  const by =
    other === undefined ? signer.by : string(object(other, place).reference, place).replace(MEMBER, "");
  const reason = extensionValue(first, EXTENSION.absentReason, place);
  const day = extensionValue(first, EXTENSION.carriedFrom, place);
  const carried = typeof day === "string" && isCivilDate(day) ? { carriedFrom: day } : {};
  if (reason !== undefined) {
    return { kind: "absent", reason: oneOf(reason, ABSENT_REASONS, place), by, at: signer.at, ...carried };
  }
  const typedAs = extensionValue(first, EXTENSION.typedAs, place);
  const confirmed = extensionValue(first, EXTENSION.confirmed, place) === true;
  return {
    kind: "values",
    values: recorded.map((each) => readValue(question, each[VALUE_NAME[question.type]])),
    by,
    at: signer.at,
    ...carried,
    ...(confirmed ? { confirmed } : {}),
    ...defined({ typedAs: typeof typedAs === "string" ? typedAs : undefined }),
  };
}

function readValue(question: Question, value: unknown): Value {
  if (question.type === "choice") return coding(value, question.linkId);
  if (question.type === "quantity") return readQuantity(value, question.linkId);
  if (question.type === "attachment") return readAttachment(value, question.linkId);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new FormInvalid(question.linkId, `${VALUE_NAME[question.type]} is expected`);
}

function readQuantity(value: unknown, place: string): Quantity {
  const json = object(value, place);
  return {
    value: number(json.value, place),
    unit: string(json.unit, place),
    system: string(json.system, place),
    code: string(json.code, place),
  };
}

/** `number` in the unit of `question`. */
export function quantity(question: Question, number: number): Quantity {
  const unit: Coding | undefined = question.unit;
  if (!unit) throw new FormInvalid(question.linkId, "a quantity has a unit");
  return { value: number, unit: unit.display ?? unit.code, system: unit.system, code: unit.code };
}
