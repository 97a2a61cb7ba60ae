/** The form engine, as the rest of the tablet uses it. fhirpath is fetched only by {@link loadEvaluator}. */
export {
  ABSENT_REASONS,
  type AbsentReason,
  type Answer,
  type Answers,
  type Author,
  type Coding,
  type Entries,
  type FormContext,
  isCoding,
  isPhoto,
  isQuantity,
  type Position,
  type Quantity,
  type Value,
  valuesOf,
} from "./answers";
export { LONGEST_SIDE, MOST_PIECES, type Photo, PHOTO_MEDIA_TYPE, PIECE_BYTES } from "./attachment";
export { linkIdsCalculatedFrom, type Rules } from "./calculate";
export { type SectionProgress, type SectionState, toDo, type ToDo } from "./completeness";
export { distanceKm, haversineKm } from "./distance";
export type { Carried, Filling } from "./edit";
export { ExpressionFailed, FormError, FormInvalid } from "./errors";
export { type Evaluator, loadEvaluator } from "./evaluate";
export type { Form, FormUse, Group, Item, ItemClass, Localised, Question, Rule, Tone } from "./form";
export { normaliseInsName, refuseInsName } from "./ins";
export { judge, type Judgement } from "./judge";
export { onePass, type Pass } from "./pass";
export { initialAnswers, type Known, type RosterFields, type Settings } from "./prefill";
export { type Difference, difference, type Row, rows, type RowSection, type Wording } from "./present";
export { parseQuestionnaire } from "./questionnaire";
export { asksSecrecy } from "./restriction";
export {
  type Authorship,
  fromQuestionnaireResponse,
  type QuestionnaireResponse,
  toQuestionnaireResponse,
} from "./response";
export { type DelayState, delayState } from "./timing";
export { type Finding, validate } from "./validate";
