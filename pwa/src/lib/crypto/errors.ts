/**
 * Failures of the cryptographic layer.
 *
 * ```
 * CryptoError           code: malformed | signature-invalid | decryption-failed
 * ```
 *
 * The code names what failed, never why inside the primitive: an attacker learns nothing from it, a reader enough.
 */

/** What failed: the serialisation, the signature, or the opening of a ciphertext. */
export type CryptoFailure = "malformed" | "signature-invalid" | "decryption-failed";

/** One refusal of a JOSE object. `cause` keeps the library's own error for a developer, never for a screen. */
export class CryptoError extends Error {
  override readonly name = "CryptoError";

  constructor(
    readonly code: CryptoFailure,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}
