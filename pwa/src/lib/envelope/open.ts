/** Opening an envelope with a team key. What comes out is not believed, and not read, before `verify.ts` did. */
import { fromUtf8, type Bytes } from "../crypto/bytes";
import { sha256Hex } from "../crypto/digest";
import { CryptoError } from "../crypto/errors";
import { openGeneral, type GeneralJwe } from "../crypto/jwe";
import { readEnvelope } from "./document";
import { EnvelopeError } from "./errors";
import { unpad } from "./padding";

/** An opened envelope: its signed record, not verified. */
export interface OpenedEnvelope {
  readonly envelope: string;
  /** Record digest: SHA-256 of the compact JWS (wire §2). */
  readonly record: string;
  readonly jws: string;
  /** Team that the key which opened it belongs to: a claim, to compare with what was signed. */
  readonly team: string;
}

/** Open `document` with one of the team's keys, by key id. Raises {@link EnvelopeError}. */
export async function openEnvelope(
  document: unknown,
  keys: ReadonlyMap<string, CryptoKey>,
): Promise<OpenedEnvelope> {
  const { envelope, jwe } = await readEnvelope(document);
  const { kid } = jwe.recipients[0].header;
  const key = keys.get(kid);
  if (key === undefined) throw new EnvelopeError("unknown-key");
  const jws = text(await unpad(await decrypted(jwe, key)));
  return { envelope, record: await sha256Hex(jws), jws, team: kid.slice(0, kid.lastIndexOf(".")) };
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
