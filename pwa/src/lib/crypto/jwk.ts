/**
 * JSON Web Keys (RFC 7517) and their thumbprints (RFC 7638): the kinds of key of wire §1, at the border.
 *
 * Inside the library a key is a `CryptoKey`; a JWK appears only where it is stored sealed or travels.
 */
import { calculateJwkThumbprint } from "jose";
import { fromBase64url, type Bytes } from "./bytes";
import { CryptoError } from "./errors";

/** Public part of an EC P-256 key. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid?: string;
  readonly use?: string;
  readonly alg?: string;
}

/** Private EC P-256 key; exists in clear only for the instant between generation or unsealing and import. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/** Symmetric 256-bit key, as a key ring carries it: `kid` is `<team>.<epoch>`. */
export interface OctetJwk {
  readonly kty: "oct";
  readonly k: string;
  readonly kid: string;
}

/** A `CryptoKey` with the key id that headers name it by. */
export interface KeyWithId {
  readonly kid: string;
  readonly key: CryptoKey;
}

const SIGNING = { name: "ECDSA", namedCurve: "P-256" } as const;
const AGREEMENT = { name: "ECDH", namedCurve: "P-256" } as const;

/** Only the members that define the public key, so that what is exported never carries more. */
export function publicPart(jwk: PublicJwk): PublicJwk {
  return { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y };
}

/** RFC 7638 thumbprint (SHA-256, base64url): the `kid` of every EC key (wire §1). */
export async function thumbprint(jwk: PublicJwk): Promise<string> {
  return calculateJwkThumbprint(publicPart(jwk) as never, "sha256");
}

/** A pair that signs (ES256). The device's is not extractable; a slot's is, for the instant of its sealing. */
export async function generateSigningKeys(extractable: boolean): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(SIGNING, extractable, ["sign", "verify"]);
}

/** A pair that agrees on keys (ECDH-ES), extractable for the instant of its sealing. */
export async function generateAgreementKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(AGREEMENT, true, ["deriveBits"]);
}

/** Public JWK of `key`. */
export async function exportPublic(key: CryptoKey): Promise<PublicJwk> {
  return publicPart((await crypto.subtle.exportKey("jwk", key)) as PublicJwk);
}

/** Private JWK of an extractable `key`. */
export async function exportPrivate(key: CryptoKey): Promise<PrivateJwk> {
  const jwk = (await crypto.subtle.exportKey("jwk", key)) as PrivateJwk;
  return { ...publicPart(jwk), d: jwk.d };
}

/** A key that verifies ES256. Raises `CryptoError("malformed")` when the point is not on the curve. */
export async function importVerifying(jwk: PublicJwk): Promise<CryptoKey> {
  return imported(publicPart(jwk), SIGNING, ["verify"]);
}

/** A key that signs ES256, never extractable again. */
export async function importSigning(jwk: PrivateJwk): Promise<CryptoKey> {
  return imported({ ...publicPart(jwk), d: jwk.d }, SIGNING, ["sign"]);
}

/** A public key to seal to. */
export async function importRecipient(jwk: PublicJwk): Promise<CryptoKey> {
  return imported(publicPart(jwk), AGREEMENT, []);
}

/** A key that opens what was sealed to its public part, never extractable again. */
export async function importAgreement(jwk: PrivateJwk): Promise<CryptoKey> {
  return imported({ ...publicPart(jwk), d: jwk.d }, AGREEMENT, ["deriveBits"]);
}

/** A 256-bit key that wraps content keys (A256KW), never extractable. */
export async function importWrapping(raw: Bytes): Promise<CryptoKey> {
  if (raw.length !== 32) throw new CryptoError("malformed");
  return crypto.subtle.importKey("raw", raw, "AES-KW", false, ["wrapKey", "unwrapKey"]);
}

/** The same from a JWK of a key ring. */
export async function importOctets(jwk: OctetJwk): Promise<CryptoKey> {
  return importWrapping(fromBase64url(jwk.k));
}

/** `value` as a public EC P-256 JWK, or `null`; further members are ignored, as RFC 7517 asks. */
export function parsePublicJwk(value: unknown): PublicJwk | null {
  if (typeof value !== "object" || value === null) return null;
  const { kty, crv, x, y } = value as Record<string, unknown>;
  if (kty !== "EC" || crv !== "P-256" || typeof x !== "string" || typeof y !== "string") return null;
  return { kty, crv, x, y };
}

async function imported(
  jwk: PublicJwk | PrivateJwk,
  algorithm: EcKeyImportParams,
  usages: KeyUsage[],
): Promise<CryptoKey> {
  try {
    // The verifying and recipient keys are public: extractable costs nothing and lets the thumbprint be read again.
    return await crypto.subtle.importKey("jwk", { ...jwk }, algorithm, !("d" in jwk), usages);
  } catch (cause) {
    throw new CryptoError("malformed", cause);
  }
}
