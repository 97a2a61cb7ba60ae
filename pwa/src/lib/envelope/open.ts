/** Opening an envelope: with a team key, or with the slot's own when it is restricted. What comes out is not believed, and not read, before `verify.ts` did. */
import { fromUtf8, type Bytes } from "../crypto/bytes";
import { sha256Hex } from "../crypto/digest";
import { CryptoError } from "../crypto/errors";
import { openGeneral, type GeneralJwe } from "../crypto/jwe";
import type { KeyWithId } from "../crypto/jwk";
import { readEnvelope } from "./document";
import { EnvelopeError } from "./errors";
import { unpad } from "./padding";

/** An opened envelope: its signed record, not verified. */
export interface OpenedEnvelope {
  readonly envelope: string;
  /** Record digest: SHA-256 of the compact JWS (wire §2). */
  readonly record: string;
  readonly jws: string;
  /** To whom it was sealed: a claim, to compare with what was signed. */
  readonly sealedTo: { readonly team: string } | { readonly slot: string };
}

/** The slot that reads: it alone opens what its member signed under secrecy (wire §2.3). */
export interface OwnSlot {
  readonly slot: string;
  readonly agreement: KeyWithId;
}

/**
 * Open `document` with one of the team's keys, by key id, or with the key of `own`. Raises {@link EnvelopeError};
 * `confidential` when it is sealed to another slot.
 */
export async function openEnvelope(
  document: unknown,
  keys: ReadonlyMap<string, CryptoKey>,
  own?: OwnSlot,
): Promise<OpenedEnvelope> {
  const { envelope, jwe } = await readEnvelope(document);
  const { key, sealedTo } = readerKey(jwe, keys, own);
  const jws = text(await unpad(await decrypted(jwe, key)));
  return { envelope, record: await sha256Hex(jws), jws, sealedTo };
}

function readerKey(
  jwe: GeneralJwe,
  keys: ReadonlyMap<string, CryptoKey>,
  own: OwnSlot | undefined,
): { key: CryptoKey; sealedTo: OpenedEnvelope["sealedTo"] } {
  const { alg, kid } = jwe.recipients[0].header;
  if (alg === "ECDH-ES+A256KW") {
    if (own?.agreement.kid !== kid) throw new EnvelopeError("confidential");
    return { key: own.agreement.key, sealedTo: { slot: own.slot } };
  }
  const key = keys.get(kid);
  if (key === undefined) throw new EnvelopeError("unknown-key");
  return { key, sealedTo: { team: kid.slice(0, kid.lastIndexOf(".")) } };
}

async function decrypted(jwe: GeneralJwe, key: CryptoKey): Promise<Bytes> {
  try {
    return await openGeneral(jwe, jwe.recipients[0], key);
  } catch (error) {
    if (error instanceof CryptoError) throw new EnvelopeError("decryption-failed", error);
    throw error;
  }
}

function text(bytes: Bytes): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (error instanceof CryptoError) throw new EnvelopeError("signature-invalid", error);
    throw error;
  }
}
