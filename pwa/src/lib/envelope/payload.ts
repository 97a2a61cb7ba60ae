/** What is signed, a record or a notice (wire §2, §2.2), and a strict reading of it: no member missing, none more. */
import { isCoherent, isNoticeKind, NOTICE_RULES, type NoticeBody } from "../notice/body";
import { EnvelopeError } from "./errors";
import {
  digest,
  envelopeId,
  instant,
  integer,
  objectOf,
  obeys,
  orNull,
  shortText,
  textUpTo,
  uuid,
  type Rule,
  type Rules,
} from "./rules";

/** A FHIR R4 resource of which only the type is known here. */
export interface Resource {
  readonly resourceType: string;
  readonly [member: string]: unknown;
}

/** A FHIR R4 Bundle of type `collection` (wire §2.1). */
export interface RecordBundle {
  readonly resourceType: "Bundle";
  readonly type: "collection";
  readonly entry: readonly { readonly fullUrl: string; readonly resource: Resource }[];
  readonly [member: string]: unknown;
}

/** The form a record was captured with. */
export interface FormReference {
  readonly url: string;
  readonly version: string;
  /** SHA-256 of the published file's bytes. */
  readonly digest: string;
}

/** Which record this one replaces, and why. */
export interface Replacement {
  /** Envelope id. */
  readonly record: string;
  readonly reason: string;
}

/** What every signed payload has: who signed it, where, and its place in the device's chain. */
export interface SignedPayload {
  readonly v: 1;
  readonly organization: string;
  readonly campaign: string;
  readonly team: string;
  readonly stop: string;
  readonly device: string;
  readonly slot: string;
  readonly member: string;
  readonly sequence: number;
  readonly previous: string | null;
  readonly signed_at: string;
  readonly clock_offset_ms: number | null;
}

/** A record: everything that matters of one capture. */
export interface RecordPayload extends SignedPayload {
  readonly kind: "record";
  readonly visit: string;
  readonly form: FormReference;
  readonly evaluator: string;
  readonly replaces: Replacement | null;
  /** The person asked for secrecy (wire §2.3); never `false`. */
  readonly restricted?: true;
  readonly content: RecordBundle;
}

/** What is said of a visit or a stop beside the records. */
export type NoticePayload = SignedPayload & NoticeBody;

/** What an author signs. */
export type Payload = RecordPayload | NoticePayload;

const REPLACEMENT: Rules<keyof Replacement> = {
  record: envelopeId,
  reason: textUpTo(2000),
};
const FORM: Rules<keyof FormReference> = { url: shortText, version: shortText, digest };
const SIGNED: Rules<keyof SignedPayload> = {
  v: (value) => value === 1,
  organization: uuid,
  campaign: uuid,
  team: uuid,
  stop: uuid,
  device: uuid,
  slot: uuid,
  member: uuid,
  sequence: integer(1),
  previous: orNull(digest),
  signed_at: instant,
  clock_offset_ms: orNull(Number.isSafeInteger as Rule),
};
const RECORD: Rules<keyof Omit<RecordPayload, "restricted">> = {
  ...SIGNED,
  kind: (value) => value === "record",
  visit: uuid,
  form: objectOf(FORM),
  evaluator: shortText,
  replaces: orNull(objectOf(REPLACEMENT)),
  content: isBundle,
};
const SECRECY: Rules<"restricted"> = { restricted: (value) => value === true };

/** The payload in `text`. Raises `EnvelopeError("payload-invalid")`. */
export function parsePayload(text: string): Payload {
  // No typed text holds it and PostgreSQL stores none: central refuses it too.
  if (text.includes("\\u0000")) throw new EnvelopeError("payload-invalid");
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch (cause) {
    throw new EnvelopeError("payload-invalid", cause);
  }
  if (!isPayload(payload)) throw new EnvelopeError("payload-invalid");
  // What a device signs first has no previous one, and only the first.
  if ((payload.sequence === 1) !== (payload.previous === null)) throw new EnvelopeError("payload-invalid");
  if (!isRecord(payload) && !isCoherent(payload, payload.signed_at)) {
    throw new EnvelopeError("payload-invalid");
  }
  return payload;
}

/** Whether `payload` is a record, and not a notice. */
export function isRecord(payload: Payload): payload is RecordPayload {
  return payload.kind === "record";
}

/** Whether `payload` was signed under secrecy (wire §2.3): its envelope is sealed to its author alone. */
export function isRestricted(payload: Payload): boolean {
  return isRecord(payload) ? payload.restricted === true : payload.kind === "photo" && payload.restricted;
}

/** First resource of `type` in the bundle, or `null`. */
export function resourceOf(bundle: RecordBundle, type: string): Resource | null {
  return bundle.entry.find(({ resource }) => resource.resourceType === type)?.resource ?? null;
}

function isPayload(value: unknown): value is Payload {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === "record") return obeys(value, RECORD, SECRECY);
  return isNoticeKind(kind) && obeys(value, { ...SIGNED, kind: () => true, ...NOTICE_RULES[kind] });
}

function isBundle(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { resourceType, type, entry } = value as Record<string, unknown>;
  if (resourceType !== "Bundle" || type !== "collection" || !Array.isArray(entry)) return false;
  return entry.every(isEntry);
}

function isEntry(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { fullUrl, resource } = value as Record<string, unknown>;
  if (typeof fullUrl !== "string" || !fullUrl.startsWith("urn:uuid:")) return false;
  return typeof (resource as { resourceType?: unknown } | null)?.resourceType === "string";
}
