/**
 * The identity a form collected, as the traits of wire §2.1's Patient.
 *
 * Every form uses the same linkIds for identity and residence (`identity.*`, `visit.commune`), so that central joins
 * the same person whatever the form. An absence of any kind is no trait: it stays in the response, where it is stated.
 */
import { isCoding, valuesOf, type Answers, type Coding } from "../forms/answers";

/** What is known of a person. `null` is "no value", never "none". */
export interface Identity {
  /** `refused` and `anonymous` name nobody: the first would not, the second was not asked (a stand's count). */
  readonly mode: "complete" | "partial" | "refused" | "anonymous";
  readonly birth_name: string | null;
  readonly first_given_name: string | null;
  /** Space-separated list, as on the civil status. */
  readonly given_names: string | null;
  readonly used_name: string | null;
  /** `YYYY-MM-DD`; an incomplete date is interpreted as the RNIV asks, and stated in the response. */
  readonly birth_date: string | null;
  /** `F`, `M` or `I` (indeterminate). */
  readonly sex: string | null;
  /** Code of the age band, which an anonymous count asks instead of a birth date. */
  readonly age_band: string | null;
  /** INSEE code, five characters. */
  readonly birth_place: Coding | null;
  readonly phone: string | null;
  readonly residence: Coding | null;
  readonly status: "PROV" | "VALI";
  /** Code of the high-trust document that was checked, or `null`. */
  readonly document: string | null;
}

/** The part of a visit that a station of a stand writes (docs/forms.md): who the person is was said at the reception. */
const STATION = "station";

/**
 * The identity in `answers`. A validated status counts only with the document that was checked. What a station asks of
 * birth and sex checks the label and feeds its rules: it is nobody's identity.
 */
export function identityOf(answers: Answers): Identity {
  return readIdentity(isOfStation(answers) ? {} : answers);
}

/** Whether `answers` are a station's, which names nobody. */
export function isOfStation(answers: Answers): boolean {
  return code(answers, "identity.part") === STATION;
}

function readIdentity(answers: Answers): Identity {
  const document = code(answers, "identity.document");
  const checked = document === null || document === "none" ? null : document;
  const mode = code(answers, "identity.mode");
  return {
    mode: mode === "complete" || mode === "refused" || mode === "anonymous" ? mode : "partial",
    birth_name: text(answers, "identity.birth_name"),
    first_given_name: text(answers, "identity.first_given_name"),
    given_names: text(answers, "identity.given_names"),
    used_name: text(answers, "identity.used_name"),
    birth_date: text(answers, "identity.birth_date"),
    sex: code(answers, "identity.sex"),
    age_band: code(answers, "identity.age_band"),
    birth_place: coding(answers, "identity.birth_place"),
    phone: text(answers, "identity.phone"),
    residence: coding(answers, "visit.commune"),
    status: code(answers, "identity.status") === "VALI" && checked !== null ? "VALI" : "PROV",
    document: checked,
  };
}

/** Whether nobody is named: what was typed before that was said is in no Patient and no list. */
export function isUnnamed({ mode }: Pick<Identity, "mode">): boolean {
  return mode === "refused" || mode === "anonymous";
}

/** How the person is called in lists: birth name then first given name, or `null` when neither is known. */
export function displayName(identity: Pick<Identity, "birth_name" | "first_given_name">): string | null {
  const parts = [identity.birth_name, identity.first_given_name].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(" ") : null;
}

/** The sharing agreement as answered, or `null` when there is no value: a refusal to answer is not a refusal to share. */
export function sharingAgreement(answers: Answers): boolean | null {
  const [value] = valuesOf(answers["information.sharing"]);
  return typeof value === "boolean" ? value : null;
}

function text(answers: Answers, linkId: string): string | null {
  const [value] = valuesOf(answers[linkId]);
  return typeof value === "string" && value !== "" ? value : null;
}

function coding(answers: Answers, linkId: string): Coding | null {
  const [value] = valuesOf(answers[linkId]);
  return isCoding(value) ? value : null;
}

function code(answers: Answers, linkId: string): string | null {
  return coding(answers, linkId)?.code ?? null;
}
