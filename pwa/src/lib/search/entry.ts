/** One record in the search index, and how what is typed meets it. */
import { resourceOf, type RecordPayload } from "../envelope/payload";
import { foldName } from "../names/fold";
import { codeIn, partIn } from "../record/coded";
import type { TeamRecord } from "../record/read";

/** What is kept of a record, sealed, to find it and to show it in a list. */
export interface SearchEntry {
  readonly envelope: string;
  readonly record: string;
  readonly replaces: string | null;
  readonly visit: string;
  readonly stop: string;
  /** `YYYY-MM-DD` of the visit. */
  readonly date: string;
  /** RFC 3339. */
  readonly signed_at: string;
  /** Member id of the author. */
  readonly member: string;
  /** Url of the form. */
  readonly form: string;
  /** Code of the part of the visit that it holds, `ENDED` of one that ends it, or `null` of a form without parts. */
  readonly part: string | null;
  /** Of an anonymous count: codes of what was asked instead of a name. */
  readonly anonymous: Anonymous | null;
  /** As shown; empty when the identity was refused, was not asked, or is told by the visit's other records. */
  readonly name: string;
  /** Birth and used names as they are found: lower-case words without accents, each preceded by a space. */
  readonly folded: string;
  readonly birth_date: string | null;
  /** Under secrecy: kept in the memory of its author's session, never stored sealed to the team. */
  readonly restricted?: true;
}

/** What tells one person of a count from another: too little to know anybody. `null` is "no value". */
export interface Anonymous {
  readonly sex: string | null;
  readonly age_band: string | null;
}

/** The entry of a believed record. */
export function searchEntry({ envelope, record, payload, period, response }: TeamRecord): SearchEntry {
  const { family, given, used, birth_date } = traits(payload);
  const name = [family, given].filter((part) => part !== "").join(" ");
  return {
    envelope,
    record,
    replaces: payload.replaces?.record ?? null,
    visit: payload.visit,
    stop: payload.stop,
    date: period.start.slice(0, 10),
    signed_at: payload.signed_at,
    member: payload.member,
    form: payload.form.url,
    part: partIn(response),
    anonymous:
      codeIn(response, "identity.mode") === "anonymous"
        ? { sex: codeIn(response, "identity.sex"), age_band: codeIn(response, "identity.age_band") }
        : null,
    name,
    folded: ` ${foldName(`${name} ${used}`)}`,
    birth_date,
    ...(payload.restricted === true ? { restricted: true as const } : {}),
  };
}

interface HumanName {
  readonly use?: string;
  readonly family?: string;
  readonly given?: readonly string[];
}

function traits({ content }: RecordPayload): {
  family: string;
  given: string;
  used: string;
  birth_date: string | null;
} {
  const patient = resourceOf(content, "Patient");
  const names = (Array.isArray(patient?.["name"]) ? patient["name"] : []) as HumanName[];
  const official = names.find(({ use }) => use === "official");
  const birthDate = patient?.["birthDate"];
  return {
    family: official?.family ?? "",
    given: official?.given?.[0] ?? "",
    used: names.find(({ use }) => use === "usual")?.family ?? "",
    birth_date: typeof birthDate === "string" ? birthDate : null,
  };
}
