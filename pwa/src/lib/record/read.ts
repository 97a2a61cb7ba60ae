/** Reading what a team signed: opened, verified, with its authors' names and the chain of corrections of records. */
import type { SignerDirectory } from "../central/devices";
import type { TeamKeys } from "../central/keyring";
import { documentsOf, type Replica } from "../central/replica";
import { EnvelopeError, type EnvelopeFailure } from "../envelope/errors";
import { openEnvelope, type OwnSlot } from "../envelope/open";
import { isRecord, resourceOf, type RecordPayload, type Resource } from "../envelope/payload";
import { verifyEnvelope, type VerifiedEnvelope } from "../envelope/verify";
import { noticeOf, type TeamNotice } from "../notice/read";

/** With what a team's records are read. */
export interface ReadingContext {
  readonly replica: Replica;
  readonly team: TeamKeys;
  readonly signers: SignerDirectory;
  /** Who reads; without it nothing that was signed under secrecy opens. */
  readonly own?: OwnSlot;
}

/** A believed record. */
export interface TeamRecord {
  readonly envelope: string;
  /** Record digest. */
  readonly record: string;
  readonly payload: RecordPayload;
  readonly author: { readonly member: string; readonly name: string; readonly profession: string };
  /** The QuestionnaireResponse. */
  readonly response: Resource;
  readonly patient: Resource | null;
  /** Period of the visit, for a correction to keep. */
  readonly period: { readonly start: string; readonly end: string | null };
}

/** An envelope that is there and not believed. */
export interface UnreadRecord {
  readonly envelope: string;
  readonly failure: EnvelopeFailure;
}

/** What was read and what was not. */
export interface Reading {
  readonly records: readonly TeamRecord[];
  readonly notices: readonly TeamNotice[];
  readonly refused: readonly UnreadRecord[];
  /** Envelopes of others that are under secrecy. */
  readonly confidential: readonly string[];
}

/** Open and verify the envelope of a record. Raises {@link EnvelopeError}, for a notice too. */
export async function readRecord(document: unknown, context: ReadingContext): Promise<TeamRecord> {
  const verified = await believed(document, context);
  if (!isRecord(verified.payload)) throw new EnvelopeError("payload-invalid");
  return recordOf(verified, verified.payload);
}

/** Open and verify those of `envelopes` that the replica holds; a bad one is listed and leaves the others. */
export async function readRecords(context: ReadingContext, envelopes: readonly string[]): Promise<Reading> {
  const records: TeamRecord[] = [];
  const notices: TeamNotice[] = [];
  const refused: UnreadRecord[] = [];
  const confidential: string[] = [];
  for (const document of await documentsOf(context.replica, envelopes)) {
    try {
      const verified = await believed(document, context);
      const { payload } = verified;
      if (isRecord(payload)) records.push(recordOf(verified, payload));
      else notices.push(noticeOf(verified, payload));
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      if (error.code === "confidential") confidential.push(document._id);
      else refused.push({ envelope: document._id, failure: error.code });
    }
  }
  return { records, notices, refused, confidential };
}

async function believed(document: unknown, context: ReadingContext): Promise<VerifiedEnvelope> {
  const { team, signers, own } = context;
  return verifyEnvelope(await openEnvelope(document, team.byKeyId, own), signers, team.team);
}

function recordOf({ envelope, record, signer }: VerifiedEnvelope, payload: RecordPayload): TeamRecord {
  const response = resourceOf(payload.content, "QuestionnaireResponse");
  if (response === null) throw new EnvelopeError("payload-invalid");
  return {
    envelope,
    record,
    payload,
    author: { member: signer.member, name: signer.name, profession: signer.profession },
    response,
    patient: resourceOf(payload.content, "Patient"),
    period: periodOf(payload),
  };
}

/** What {@link lineage} needs of a record, whether it was read or comes from the search index. */
export interface Replacing {
  readonly envelope: string;
  readonly replaces: string | null;
}

/**
 * The chain of corrections that `envelope` belongs to, oldest first.
 *
 * Two corrections of one record both appear, in the order of `records`: neither hides the other. A record that is not
 * among `records` ends the chain on its side.
 */
export function lineage<R extends Replacing>(records: readonly R[], envelope: string): readonly R[] {
  const first = original(records, envelope);
  if (first === null) return [];
  const chain = new Map([[first.envelope, first]]);
  // A map is walked in the order of insertion, and what is added on the way is walked too.
  for (const each of chain.values()) {
    for (const next of records) if (next.replaces === each.envelope) chain.set(next.envelope, next);
  }
  return [...chain.values()];
}

function original<R extends Replacing>(records: readonly R[], envelope: string): R | null {
  const byEnvelope = new Map(records.map((record) => [record.envelope, record]));
  let record = byEnvelope.get(envelope);
  // A record names an older one by its digest, so that no circle can be made.
  for (let older = record; older !== undefined; older = byEnvelope.get(older.replaces ?? "")) record = older;
  return record ?? null;
}

/** Those of `records` that none of `among` replaces. */
export function currentRecords<R extends Replacing>(
  records: readonly R[],
  among: readonly Replacing[] = records,
): readonly R[] {
  const replaced = new Set(among.map(({ replaces }) => replaces));
  return records.filter(({ envelope }) => !replaced.has(envelope));
}

function periodOf({ content, signed_at }: RecordPayload): { start: string; end: string | null } {
  const period = resourceOf(content, "Encounter")?.["period"];
  const { start, end } = (typeof period === "object" && period !== null ? period : {}) as Record<
    string,
    unknown
  >;
  return { start: typeof start === "string" ? start : signed_at, end: typeof end === "string" ? end : null };
}
