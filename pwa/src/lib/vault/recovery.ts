/** The recovery code: 25 Crockford symbols (125 bits) in groups of five, shown once, good once. */
import { grouped, normalizeCrockford, randomCrockford } from "../crypto/crockford";
import type { RandomBytes } from "../crypto/random";

const LENGTH = 25;

/** A new code, without separators. */
export function makeRecoveryCode(random: RandomBytes): string {
  return randomCrockford(LENGTH, random);
}

/** `code` as it is shown: `ABCDE-FGHJK-…`. */
export function shownRecoveryCode(code: string): string {
  return grouped(code, 5);
}

/** What was `typed` as a canonical code, or `null` when it cannot be one. */
export function readRecoveryCode(typed: string): string | null {
  const code = normalizeCrockford(typed);
  return code?.length === LENGTH ? code : null;
}
