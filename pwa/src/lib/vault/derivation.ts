/**
 * From what a person knows to a key: Argon2id for a passphrase, HKDF for a recovery code.
 *
 * The passphrase's cost is what stands between a stolen tablet and its vaults: RFC 9106 parameters as design.md sets
 * them. The recovery code holds 125 bits by itself and needs no slowness.
 */
import { fromBase64url, utf8, type Bytes } from "../crypto/bytes";
import { importWrapping } from "../crypto/jwk";
import { normalizePassphrase } from "./passphrase";

/** What a derivation costs. */
export interface Argon2Cost {
  readonly memory_kib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** Argon2id with its salt, kept beside what it opens so that a later version may cost more. */
export interface Argon2Parameters extends Argon2Cost {
  readonly salt: string;
}

/** 64 MiB, three passes, one lane: 300 to 400 ms in a desktop browser. */
export const ARGON2_COST: Argon2Cost = { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

/** The key that `passphrase` gives. hash-wasm is fetched at the first call: it is not in the entry bundle. */
export async function keyFromPassphrase(
  passphrase: string,
  parameters: Argon2Parameters,
): Promise<CryptoKey> {
  const { argon2id } = await import("hash-wasm");
  const raw = await argon2id({
    password: normalizePassphrase(passphrase),
    salt: fromBase64url(parameters.salt),
    memorySize: parameters.memory_kib,
    iterations: parameters.passes,
    parallelism: parameters.lanes,
    hashLength: 32,
    outputType: "binary",
  });
  return importWrapping(Uint8Array.from(raw));
}

/** The key that a canonical recovery `code` gives for `slot` (RFC 5869). */
export async function keyFromRecoveryCode(code: string, slot: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8(code), "HKDF", false, ["deriveBits"]);
  const raw = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: utf8(slot), info: utf8("escale-recovery-code") },
    material,
    256,
  );
  return importWrapping(new Uint8Array(raw) as Bytes);
}
