/** The signed payload of a record (wire §2), and a strict reading of it: no member missing, none more. */
import { EnvelopeError } from "./errors";

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

/** What the author signs: everything that matters. */
export interface RecordPayload {
  readonly v: 1;
  readonly kind: "record";
  readonly organization: string;
  readonly campaign: string;
  readonly team: string;
  readonly stop: string;
  readonly visit: string;
  readonly device: string;
  readonly slot: string;
  readonly member: string;
  readonly sequence: number;
  readonly previous: string | null;
  readonly signed_at: string;
  readonly clock_offset_ms: number | null;
  readonly form: FormReference;
  readonly evaluator: string;
  readonly replaces: Replacement | null;
  readonly content: RecordBundle;
}

type Rule = (value: unknown) => boolean;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const ENVELOPE = /^e[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(?:Z|[+-]\d{2}:\d{2})$/;

const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value);
const textUpTo =
  (longest: number): Rule =>
  (value) =>
    typeof value === "string" && value !== "" && [...value].length <= longest;
const shortText = textUpTo(200);
const uuid = matches(UUID);

const REPLACEMENT: Readonly<Record<keyof Replacement, Rule>> = {
  record: matches(ENVELOPE),
  reason: textUpTo(2000),
};
const FORM: Readonly<Record<keyof FormReference, Rule>> = {
  url: shortText,
  version: shortText,
  digest: matches(DIGEST),
};
const PAYLOAD: Readonly<Record<keyof RecordPayload, Rule>> = {
  v: (value) => value === 1,
  kind: (value) => value === "record",
  organization: uuid,
  campaign: uuid,
  team: uuid,
  stop: uuid,
  visit: uuid,
  device: uuid,
  slot: uuid,
  member: uuid,
  sequence: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  previous: orNull(matches(DIGEST)),
  signed_at: (value) => matches(INSTANT)(value) && !Number.isNaN(Date.parse(value as string)),
  clock_offset_ms: orNull(Number.isSafeInteger),
  form: (value) => obeys(value, FORM),
  evaluator: shortText,
  replaces: orNull((value) => obeys(value, REPLACEMENT)),
  content: isBundle,
};

/** The payload in `text`. Raises `EnvelopeError("payload-invalid")`. */
export function parsePayload(text: string): RecordPayload {
  // No typed text holds it and PostgreSQL stores none: central refuses it too.
  if (text.includes("\\u0000")) throw new EnvelopeError("payload-invalid");
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch (cause) {
    throw new EnvelopeError("payload-invalid", cause);
  }
  if (!obeys(payload, PAYLOAD)) throw new EnvelopeError("payload-invalid");
  const record = payload as unknown as RecordPayload;
  // The first record of a device has no previous one, and only the first.
  if ((record.sequence === 1) !== (record.previous === null)) throw new EnvelopeError("payload-invalid");
  return record;
}

/** First resource of `type` in the bundle, or `null`. */
export function resourceOf(bundle: RecordBundle, type: string): Resource | null {
  return bundle.entry.find(({ resource }) => resource.resourceType === type)?.resource ?? null;
}

function obeys(value: unknown, rules: Readonly<Record<string, Rule>>): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(rules);
  if (Object.keys(value).length !== names.length) return false;
  return names.every(
    (name) => Object.hasOwn(value, name) && rules[name]?.((value as Record<string, unknown>)[name]),
  );
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
