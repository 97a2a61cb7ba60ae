/** JWS in compact form (RFC 7515 §3.1), ES256 only. */
import { CompactSign, compactVerify } from "jose";
import { fromBase64url, fromUtf8, utf8, type Bytes } from "./bytes";
import { CryptoError } from "./errors";
import type { KeyWithId } from "./jwk";

/** Protected header of every JWS of ours. */
export interface JwsHeader {
  readonly alg: "ES256";
  readonly typ: string;
  readonly kid: string;
}

/** A JWS taken apart and not yet trusted. */
export interface UnverifiedJws {
  readonly header: JwsHeader;
  readonly payload: Bytes;
}

/** Sign `payload` (bytes, or a value written as JSON) under `{"alg":"ES256","typ":…,"kid":…}`. */
export async function signCompact(payload: unknown, typ: string, signer: KeyWithId): Promise<string> {
  const bytes = payload instanceof Uint8Array ? payload : utf8(JSON.stringify(payload));
  return new CompactSign(bytes).setProtectedHeader({ alg: "ES256", typ, kid: signer.kid }).sign(signer.key);
}

/**
 * Header and payload of `jws` without any proof, to find out whose key to verify with.
 *
 * Raises `CryptoError("malformed")` unless it is three parts whose header has exactly `alg` ES256, `typ` and `kid`.
 */
export function readUnverified(jws: string, typ: string): UnverifiedJws {
  const parts = jws.split(".");
  if (parts.length !== 3) throw new CryptoError("malformed");
  const header = parsedHeader(fromUtf8(fromBase64url(parts[0] ?? "")));
  if (header?.typ !== typ) throw new CryptoError("malformed");
  return { header, payload: fromBase64url(parts[1] ?? "") };
}

/** Payload of `jws` once its signature by `key` holds. Raises `CryptoError("malformed" | "signature-invalid")`. */
export async function verifyCompact(jws: string, typ: string, key: CryptoKey): Promise<Bytes> {
  const { payload } = readUnverified(jws, typ);
  try {
    await compactVerify(jws, key, { algorithms: ["ES256"] });
  } catch (cause) {
    throw new CryptoError("signature-invalid", cause);
  }
  return payload;
}

function parsedHeader(text: string): JwsHeader | null {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new CryptoError("malformed", cause);
  }
  if (typeof header !== "object" || header === null || Object.keys(header).length !== 3) return null;
  const { alg, typ, kid } = header as Record<string, unknown>;
  if (alg !== "ES256" || typeof typ !== "string" || typeof kid !== "string") return null;
  return { alg, typ, kid };
}
