/** Who put their name to records that others signed (wire §2.2): once each, when they first did. */
import type { KeptNoticeOf } from "./ledger";

/** A member who co-signed a record. */
export interface Cosigner {
  readonly member: string;
  readonly name: string;
  /** RFC 3339, the clock of the tablet that signed. */
  readonly signed_at: string;
}

/** What is asked of a record to tell who co-signed it. */
export interface Cosignable {
  readonly envelope: string;
  /** Record digest: a co-signature is of what was read, byte for byte. */
  readonly record: string;
  /** Author. */
  readonly member: string;
}

type CosignatureNotice = KeptNoticeOf<"cosignature">;

/** The co-signers of each record that `notices` name, by record digest, first signature first. */
export function cosignersAmong(
  notices: readonly CosignatureNotice[],
): ReadonlyMap<string, readonly Cosigner[]> {
  const ordered = [...notices].sort((one, other) => signedAt(one) - signedAt(other));
  const byRecord = new Map<string, Cosigner[]>();
  for (const { author, signed_at, body } of ordered) {
    for (const { record } of body.records) {
      const signers = byRecord.get(record) ?? [];
      byRecord.set(record, signers);
      const again = signers.some(({ member }) => member === author.member);
      if (!again) signers.push({ member: author.member, name: author.name, signed_at });
    }
  }
  return byRecord;
}

/** Whether `member` may co-sign `record`: they did not sign it, and did not yet put their name to it. */
export function mayCosign(
  record: Cosignable,
  member: string,
  cosigners: ReadonlyMap<string, readonly Cosigner[]>,
): boolean {
  const already = (cosigners.get(record.record) ?? []).some((each) => each.member === member);
  return record.member !== member && !already;
}

function signedAt({ signed_at, clock_offset_ms }: CosignatureNotice): number {
  return Date.parse(signed_at) + (clock_offset_ms ?? 0);
}
