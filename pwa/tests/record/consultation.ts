/** The Médicobus consultation and one full set of answers, from the vectors that both engines share. */
import { native, published, vectors, type FlatAnswers } from "../forms/flat";
import type { Answers } from "$lib/forms/answers";
import { parseQuestionnaire } from "$lib/forms/questionnaire";

interface Cases {
  readonly bases: Readonly<Record<string, FlatAnswers>>;
}

const NAME = "medicobus-consultation.v1.0.0.json";

/** The published file's text. */
export const FORM_TEXT = published(NAME);
/** The form. */
export const FORM = parseQuestionnaire(FORM_TEXT);

const { full } = vectors<Cases>(NAME).bases;
if (full === undefined) throw new Error("the vectors have no full record");

/** A full record, its calculated identity status included. */
export const FLAT: Answers = native(FORM, { ...full, "identity.status": { values: ["VALI"] } });
