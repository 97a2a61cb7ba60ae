/** Why a record is not signed. Nothing is lost: the draft is still there. */

/**
 * - `not-enrolled`: the tablet's enrolment is not confirmed;
 * - `no-team-key`: the slot's key ring has not arrived;
 * - `not-owner`: the draft is another member's; it is handed over first;
 * - `other-team`: the draft was begun for another team;
 * - `secrecy-lifted`: it would replace a restricted record unrestricted, and nobody confirmed that;
 * - `overtaken`: another tab took this place in the chain, where locks do nothing;
 * - `invalid`: what would be signed is not a payload of wire §2.
 */
export type SigningFailure =
  "not-enrolled" | "no-team-key" | "not-owner" | "other-team" | "secrecy-lifted" | "overtaken" | "invalid";

/** A refusal to sign. */
export class SigningError extends Error {
  override readonly name = "SigningError";

  constructor(
    readonly code: SigningFailure,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}
