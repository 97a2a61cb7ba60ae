/**
 * JWE (RFC 7516): General JSON for two recipients (wire §3.2) and compact form for one (wire §4), A256GCM always.
 *
 * The first recipient holds the team's key (A256KW), or is one slot (ECDH-ES+A256KW: a restricted record); the second
 * is the organisation (ECDH-ES+A256KW).
 */
import {
  CompactEncrypt,
  compactDecrypt,
  flattenedDecrypt,
  GeneralEncrypt,
  decodeProtectedHeader,
} from "jose";
import { utf8, toBase64url, type Bytes } from "./bytes";
import { CryptoError } from "./errors";
import type { KeyWithId } from "./jwk";

/** Who can open: the reader, by a shared key or by one slot's own; and the owner of the other P-256 key. */
export interface Recipients {
  readonly reader: KeyWithId;
  readonly owner: KeyWithId;
}

/** How the content key is wrapped: for a shared key, or for the owner of a P-256 key. */
export type KeyWrap = "A256KW" | "ECDH-ES+A256KW";

/** One recipient as it stands in the JSON. */
export interface JweRecipient {
  readonly header: { readonly alg: KeyWrap; readonly kid: string; readonly epk?: unknown };
  readonly encrypted_key: string;
}

/** A General JSON JWE of ours: no other member than these. */
export interface GeneralJwe {
  readonly ciphertext: string;
  readonly iv: string;
  readonly recipients: readonly [JweRecipient, JweRecipient];
  readonly tag: string;
  readonly protected: string;
}

/** Protected header of a JWE for two recipients; its member order is part of the format. */
export interface GeneralHeader {
  readonly enc: "A256GCM";
  readonly typ: string;
  readonly v: 1;
}

/** The protected header for `typ`, in the order of wire §3.2. */
export function generalHeader(typ: string): GeneralHeader {
  return { enc: "A256GCM", typ, v: 1 };
}

/** Seal `plaintext` to both recipients: General JSON without white space. */
export async function sealGeneral(plaintext: Bytes, typ: string, to: Recipients): Promise<string> {
  const jwe = await new GeneralEncrypt(plaintext)
    .setProtectedHeader({ ...generalHeader(typ) })
    .addRecipient(to.reader.key)
    .setUnprotectedHeader({ alg: wrapFor(to.reader.key), kid: to.reader.kid })
    .addRecipient(to.owner.key)
    .setUnprotectedHeader({ alg: "ECDH-ES+A256KW", kid: to.owner.kid })
    .encrypt();
  return JSON.stringify(jwe);
}

function wrapFor(key: CryptoKey): KeyWrap {
  return key.algorithm.name === "AES-KW" ? "A256KW" : "ECDH-ES+A256KW";
}

/**
 * Take apart a General JWE and hold it to wire §3.2. Raises `CryptoError("malformed")` for any other member,
 * another protected header (byte for byte), other algorithms or another order of recipients.
 */
export function parseGeneral(text: string, typ: string): GeneralJwe {
  let jwe: unknown;
  try {
    jwe = JSON.parse(text);
  } catch (cause) {
    throw new CryptoError("malformed", cause);
  }
  if (!isGeneral(jwe) || jwe.protected !== toBase64url(utf8(JSON.stringify(generalHeader(typ))))) {
    throw new CryptoError("malformed");
  }
  return jwe;
}

/** Open with the key of one recipient, chosen by the caller. Raises `CryptoError("decryption-failed")`. */
export async function openGeneral(jwe: GeneralJwe, recipient: JweRecipient, key: CryptoKey): Promise<Bytes> {
  const { ciphertext, iv, tag } = jwe;
  const flattened = { ciphertext, iv, tag, protected: jwe.protected, ...recipient };
  try {
    return Uint8Array.from((await flattenedDecrypt(flattened as never, key)).plaintext);
  } catch (cause) {
    throw new CryptoError("decryption-failed", cause);
  }
}

/** Seal `plaintext` to one key, compact form; the algorithm follows from the key. */
export async function sealCompact(plaintext: Bytes, typ: string, to: KeyWithId): Promise<string> {
  const alg = wrapFor(to.key);
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg, enc: "A256GCM", kid: to.kid, typ })
    .encrypt(to.key);
}

/** `kid` of a compact JWE, to choose the key. Raises `CryptoError("malformed")`. */
export function compactKeyId(jwe: string): string {
  try {
    const { kid } = decodeProtectedHeader(jwe);
    if (typeof kid === "string") return kid;
  } catch (cause) {
    throw new CryptoError("malformed", cause);
  }
  throw new CryptoError("malformed");
}

/** Open a compact JWE. Raises `CryptoError("decryption-failed")`. */
export async function openCompact(jwe: string, key: CryptoKey): Promise<Bytes> {
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ["A256KW", "ECDH-ES+A256KW"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    return Uint8Array.from(plaintext);
  } catch (cause) {
    throw new CryptoError("decryption-failed", cause);
  }
}

function isGeneral(jwe: unknown): jwe is GeneralJwe {
  if (!hasExactly(jwe, ["ciphertext", "iv", "protected", "recipients", "tag"])) return false;
  const { ciphertext, iv, tag, recipients } = jwe;
  if (typeof jwe["protected"] !== "string") return false;
  if (typeof ciphertext !== "string" || typeof iv !== "string" || typeof tag !== "string") return false;
  if (!Array.isArray(recipients) || recipients.length !== 2) return false;
  const [reader, owner] = recipients as readonly unknown[];
  return (
    (isRecipient(reader, "A256KW", []) || isRecipient(reader, "ECDH-ES+A256KW", ["epk"])) &&
    isRecipient(owner, "ECDH-ES+A256KW", ["epk"])
  );
}

function isRecipient(recipient: unknown, alg: string, further: readonly string[]): boolean {
  if (!hasExactly(recipient, ["encrypted_key", "header"]) || typeof recipient["encrypted_key"] !== "string")
    return false;
  const { header } = recipient;
  return (
    hasExactly(header, ["alg", "kid", ...further]) &&
    header["alg"] === alg &&
    typeof header["kid"] === "string"
  );
}

function hasExactly(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === names.length && names.every((name) => Object.hasOwn(value, name));
}
