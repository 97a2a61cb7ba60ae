/** Why a central document is not believed. One class, one code each; the document is kept and reported. */

/**
 * - `malformed`: not the shape of wire §4;
 * - `signature-invalid`: not signed by the organisation signing key;
 * - `id-mismatch`: `_id` is not the one of its type and key;
 * - `database-mismatch`: made for another database;
 * - `unknown-key`: sealed to a team key that this slot does not hold;
 * - `decryption-failed`: the key is held and does not open it;
 * - `digest-mismatch`: a form whose text is not the one it announces.
 */
export type CentralFailure =
  | "malformed"
  | "signature-invalid"
  | "id-mismatch"
  | "database-mismatch"
  | "unknown-key"
  | "decryption-failed"
  | "digest-mismatch";

/** A central document refused. */
export class CentralError extends Error {
  override readonly name = "CentralError";

  constructor(
    readonly code: CentralFailure,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}
