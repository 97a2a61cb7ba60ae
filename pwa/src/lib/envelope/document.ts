/** The envelope as a document (wire §3.3): one string, named and revised by its own digest. */
import { sha256Hex } from "../crypto/digest";
import { CryptoError } from "../crypto/errors";
import { parseGeneral, type GeneralJwe } from "../crypto/jwe";
import { EnvelopeError } from "./errors";

/** An envelope in a database. `_id` is the envelope id. */
export interface EnvelopeDocument {
  readonly _id: string;
  readonly _rev: string;
  readonly jwe: string;
}

/** `typ` of an envelope's protected header. */
export const ENVELOPE_TYP = "escale-envelope";

const LONGEST_JWE = 400_000;
const MEMBERS = ["_id", "_rev", "jwe"];

/** The document that holds `jwe`: same text, same id and revision on every node. */
export async function envelopeDocument(jwe: string): Promise<EnvelopeDocument> {
  const digest = await sha256Hex(jwe);
  return { _id: `e${digest}`, _rev: `1-${digest.slice(0, 32)}`, jwe };
}

/** A document whose shape, id and revision hold. */
export interface ReadEnvelope {
  readonly envelope: string;
  readonly jwe: GeneralJwe;
}

/** The JWE of `document`. Raises `EnvelopeError("not-an-envelope" | "id-mismatch")`. */
export async function readEnvelope(document: unknown): Promise<ReadEnvelope> {
  if (!isDocument(document)) throw new EnvelopeError("not-an-envelope");
  const expected = await envelopeDocument(document.jwe);
  if (document._id !== expected._id || document._rev !== expected._rev)
    throw new EnvelopeError("id-mismatch");
  try {
    return { envelope: document._id, jwe: parseGeneral(document.jwe, ENVELOPE_TYP) };
  } catch (error) {
    if (error instanceof CryptoError) throw new EnvelopeError("not-an-envelope", error);
    throw error;
  }
}

function isDocument(value: unknown): value is EnvelopeDocument {
  if (typeof value !== "object" || value === null) return false;
  const { _id, _rev, jwe } = value as Record<string, unknown>;
  if (Object.keys(value).some((name) => !MEMBERS.includes(name))) return false;
  if (typeof _id !== "string" || !/^e[0-9a-f]{64}$/.test(_id) || typeof _rev !== "string") return false;
  return typeof jwe === "string" && jwe.length <= LONGEST_JWE;
}
