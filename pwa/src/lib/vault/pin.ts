/**
 * The PIN of a short pause: 4 to 6 digits, kept inside the vault, useful only while its keys are in memory.
 *
 * Thirteen bits are enough because three wrong tries drop the keys (CNIL 2022-100, case c); at rest the PIN protects
 * nothing and unlocks nothing.
 */
import { toBase64url, type Bytes } from "../crypto/bytes";
import { sha256 } from "../crypto/digest";
import type { RandomBytes } from "../crypto/random";

/** Why a PIN is refused. */
export type PinDefect = "not-digits" | "trivial";

/** What recognises a PIN without saying it. Sealed in the vault; a slow hash would protect 10,000 values no better. */
export interface PinVerifier {
  readonly salt: string;
  readonly digest: string;
}

/** Why `pin` may not be chosen, or `null`: all digits alike, a run up or down, or one pair repeated. */
export function pinDefect(pin: string): PinDefect | null {
  if (!/^[0-9]{4,6}$/.test(pin)) return "not-digits";
  const steps = [...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index]));
  const constant = steps.every((step) => step === steps[0]) && Math.abs(steps[0] ?? 0) <= 1;
  return constant || /^(..)\1+$/.test(pin) ? "trivial" : null;
}

/** A verifier of `pin`. */
export async function pinVerifier(pin: string, random: RandomBytes): Promise<PinVerifier> {
  const salt = toBase64url(random(16));
  return { salt, digest: toBase64url(await digestOf(pin, salt)) };
}

/** Whether `pin` is the one `verifier` was made of. */
export async function isPin(pin: string, verifier: PinVerifier): Promise<boolean> {
  return toBase64url(await digestOf(pin, verifier.salt)) === verifier.digest;
}

async function digestOf(pin: string, salt: string): Promise<Bytes> {
  return sha256(`escale-pin:${salt}:${pin}`);
}
