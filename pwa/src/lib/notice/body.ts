/** The notices of wire §2.2: what each kind says, and the rules that its members are held to. */
import {
  boolean,
  civilDay,
  digest,
  envelopeId,
  instant,
  integer,
  listOf,
  matches,
  objectOf,
  oneOf,
  orNull,
  shortText,
  textUpTo,
  uuid,
  type Rules,
} from "../envelope/rules";

/** Where a person is in their visit. */
export const ATTENDANCE_STATUSES = [
  "expected",
  "arrived",
  "with_nurse",
  "with_doctor",
  "done",
  "absent",
  "left",
  "turned_away",
] as const;
/** One of {@link ATTENDANCE_STATUSES}. */
export type AttendanceStatus = (typeof ATTENDANCE_STATUSES)[number];

/** Who it is about, as known: enough to name a walk-in in a list. */
export interface NamedPerson {
  readonly birth_name: string | null;
  readonly first_name: string | null;
  /** As it is known, usually `YYYY-MM-DD`. */
  readonly birth_date: string | null;
}

/** A visit came to a status. */
export interface Attendance {
  readonly kind: "attendance";
  readonly visit: string;
  readonly status: AttendanceStatus;
  /** RFC 3339 with milliseconds, the tablet's clock. */
  readonly at: string;
  readonly walk_in: boolean;
  readonly reason: string | null;
  readonly person: NamedPerson | null;
}

/** A member of the team puts their name to records that others signed. */
export interface Cosignature {
  readonly kind: "cosignature";
  readonly records: readonly { readonly envelope: string; readonly record: string }[];
}

/** A record should not have been written: it stays readable and is counted nowhere. */
export interface EnteredInError {
  readonly kind: "entered_in_error";
  readonly visit: string;
  /** Envelope id. */
  readonly record: string;
  readonly reason: string;
}

/** The person has died. */
export interface Deceased {
  readonly kind: "deceased";
  /** One of the person's. */
  readonly visit: string;
  /** `YYYY-MM-DD`. */
  readonly on: string | null;
  /** Who said so. */
  readonly source: string;
}

/** One piece of a photo that answers an item of a form. */
export interface PhotoPiece {
  readonly kind: "photo";
  readonly visit: string;
  readonly photo: string;
  readonly link_id: string;
  readonly media_type: "image/jpeg";
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the whole image. */
  readonly digest: string;
  /** From 0. */
  readonly piece: number;
  readonly pieces: number;
  /** base64url. */
  readonly data: string;
  readonly restricted: boolean;
}

/** What a device signed at a stop before it was closed: the loss of a part of it is seen. */
export interface Manifest {
  readonly kind: "manifest";
  /** Who keeps the tablet; `member` is `null` for somebody outside the team. */
  readonly keeper: { readonly member: string | null; readonly name: string };
  readonly visits: number;
  readonly records: number;
  /** Record digests. */
  readonly signed: readonly string[];
}

/** Any notice, as its author writes it. */
export type NoticeBody = Attendance | Cosignature | EnteredInError | Deceased | PhotoPiece | Manifest;
/** The kind of a notice. */
export type NoticeKind = NoticeBody["kind"];
/** Bytes of image that one piece may hold. */
export const PIECE_BYTES = 150_000;
/** Records that one co-signature may name. */
export const MOST_COSIGNED = 200;
/** Digests that one manifest may name. */
export const MOST_IN_MANIFEST = 2_000;

const MOST_COUNTED = 100_000;

type BodyRules = { readonly [B in NoticeBody as B["kind"]]: Rules<Exclude<keyof B & string, "kind">> };

const knownText = orNull(shortText);

/** The members of each kind beside those of every payload. */
export const NOTICE_RULES: BodyRules = {
  attendance: {
    visit: uuid,
    status: oneOf(ATTENDANCE_STATUSES),
    at: instant,
    walk_in: boolean,
    reason: knownText,
    person: orNull(objectOf({ birth_name: knownText, first_name: knownText, birth_date: knownText })),
  },
  cosignature: {
    records: listOf(objectOf({ envelope: envelopeId, record: digest }), 1, MOST_COSIGNED),
  },
  entered_in_error: { visit: uuid, record: envelopeId, reason: textUpTo(2000) },
  deceased: { visit: uuid, on: orNull(dayOfDeath), source: shortText },
  photo: {
    visit: uuid,
    photo: uuid,
    link_id: shortText,
    media_type: oneOf(["image/jpeg"]),
    width: integer(1, 1600),
    height: integer(1, 1600),
    digest,
    piece: integer(0, 11),
    pieces: integer(1, 12),
    data: isPieceData,
    restricted: boolean,
  },
  manifest: {
    keeper: objectOf({ member: orNull(uuid), name: shortText }),
    visits: integer(0, MOST_COUNTED),
    records: integer(0, MOST_COUNTED),
    signed: listOf(digest, 0, MOST_IN_MANIFEST),
  },
};

/** Whether `value` names a kind of notice. */
export function isNoticeKind(value: unknown): value is NoticeKind {
  return typeof value === "string" && Object.hasOwn(NOTICE_RULES, value);
}

/**
 * Whether the members of `body` agree with each other and with when it was signed: a piece is one of the photo's, and
 * nobody dies after the day of signing, RFC 3339.
 */
export function isCoherent(body: NoticeBody, signed_at: string): boolean {
  if (body.kind === "photo") return body.piece < body.pieces;
  if (body.kind === "deceased") return body.on === null || body.on <= signed_at.slice(0, 10);
  return true;
}

function dayOfDeath(value: unknown): boolean {
  return civilDay(value) && (value as string) >= "1900";
}

/** base64url without padding, in its one spelling, of 1 to {@link PIECE_BYTES} bytes. */
function isPieceData(value: unknown): boolean {
  if (!matches(/^[A-Za-z0-9_-]+$/)(value)) return false;
  const text = value as string;
  const [spare, whole] = [text.length % 4, Math.floor(text.length / 4) * 3];
  // Of a last group of two or three digits, four or two bits say nothing: they are zero, or another text says the same.
  const last = DIGITS.indexOf(text.at(-1) ?? "");
  const wasted = spare === 2 ? last % 16 : spare === 3 ? last % 4 : 0;
  return spare !== 1 && wasted === 0 && whole + Math.max(0, spare - 1) <= PIECE_BYTES;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
