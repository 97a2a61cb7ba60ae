/** Why an envelope is not believed, or not made. One class, one code each: the vectors name them. */

/**
 * In the order in which they are looked for:
 *
 * - `not-an-envelope`: not the shape of wire §3.2 and §3.3;
 * - `id-mismatch`: `_id` or `_rev` is not the digest of `jwe`;
 * - `unknown-key`: sealed to a team key that the reader does not hold;
 * - `confidential`: sealed to the slot of another author, who was asked for secrecy: not a fault (wire §2.3);
 * - `decryption-failed`: the key is held and does not open it;
 * - `bad-padding`: length, size class, padding or compressed stream are not those of wire §3.1;
 * - `signer-unknown`: no device document names the signing key;
 * - `signature-invalid`: not an ES256 JWS of ours, or not by that key;
 * - `payload-invalid`: the signed JSON is not the shape of wire §2;
 * - `signer-mismatch`: slot, device or member inside are not those the key was published for;
 * - `team-mismatch`: signed for another team than the one whose key and database hold it;
 * - `restriction-mismatch`: signed as restricted and sealed to the team, or the reverse, or to another slot than the author's.
 */
export type EnvelopeFailure =
  | "not-an-envelope"
  | "id-mismatch"
  | "unknown-key"
  | "confidential"
  | "decryption-failed"
  | "bad-padding"
  | "signer-unknown"
  | "signature-invalid"
  | "payload-invalid"
  | "signer-mismatch"
  | "team-mismatch"
  | "restriction-mismatch";

/** An envelope refused: kept and reported, never dropped. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";

  constructor(
    readonly code: EnvelopeFailure,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

/** A record too large for the largest size class: refused on the tablet before sealing (wire §3.1). */
export class RecordTooLarge extends Error {
  override readonly name = "RecordTooLarge";

  constructor(readonly deflated_bytes: number) {
    super("record too large");
  }
}
