/** A notice of the team, once its envelope is opened and believed. */
import type { NoticePayload, SignedPayload } from "../envelope/payload";
import type { VerifiedEnvelope } from "../envelope/verify";
import type { NoticeBody, PhotoPiece } from "./body";

/** A notice as it is kept sealed between two unlocks: all of it but the image of a photo's piece. */
export type KeptBody = Exclude<NoticeBody, PhotoPiece> | Omit<PhotoPiece, "data">;

/** A believed notice. */
export interface TeamNotice<B extends KeptBody = NoticeBody> {
  readonly envelope: string;
  /** Record digest. */
  readonly record: string;
  readonly campaign: string;
  readonly stop: string;
  readonly device: string;
  readonly sequence: number;
  /** RFC 3339, the clock of the tablet that signed. */
  readonly signed_at: string;
  readonly clock_offset_ms: number | null;
  readonly author: { readonly member: string; readonly name: string; readonly profession: string };
  readonly body: B;
}

/** The notice in a verified envelope. */
export function noticeOf({ envelope, record, signer }: VerifiedEnvelope, payload: NoticePayload): TeamNotice {
  const { campaign, stop, device, sequence, signed_at, clock_offset_ms } = payload;
  return {
    envelope,
    record,
    campaign,
    stop,
    device,
    sequence,
    signed_at,
    clock_offset_ms,
    author: { member: signer.member, name: signer.name, profession: signer.profession },
    body: bodyOf(payload),
  };
}

/** `body` without the image that a piece of a photo carries. */
export function keptBody(body: KeptBody): KeptBody {
  const members = Object.entries(body).filter(([name]) => body.kind !== "photo" || name !== "data");
  return Object.fromEntries(members) as unknown as KeptBody;
}

const SIGNED: ReadonlySet<string> = new Set<keyof SignedPayload>([
  "v",
  "organization",
  "campaign",
  "team",
  "stop",
  "device",
  "slot",
  "member",
  "sequence",
  "previous",
  "signed_at",
  "clock_offset_ms",
]);

function bodyOf(payload: NoticePayload): NoticeBody {
  const own = Object.entries(payload).filter(([name]) => !SIGNED.has(name));
  // The payload obeyed the rules of its kind: what is left of it is its body.
  return Object.fromEntries(own) as unknown as NoticeBody;
}
