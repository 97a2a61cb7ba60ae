/**
 * Central documents (wire §4): verified before anything in them is read, then opened when sealed.
 *
 * The signature says who wrote it; `_id` and `database` say that it is the document asked for, and not another one
 * moved here by the node.
 */
import { fromUtf8 } from "../crypto/bytes";
import { sha256Hex } from "../crypto/digest";
import { CryptoError } from "../crypto/errors";
import { compactKeyId, openCompact } from "../crypto/jwe";
import { verifyCompact } from "../crypto/jws";
import { CentralError } from "./errors";
import { members, nullable, oneOf, parseJson, text } from "./json";

/** The types of wire §4. */
export const CENTRAL_TYPES = [
  "receipt",
  "keyring",
  "device",
  "roster",
  "form",
  "person",
  "people",
  "invitation",
  "opinion",
] as const;
/** A type of central document. */
export type CentralType = (typeof CENTRAL_TYPES)[number];

/** The document as it lies in the database; what `jws` is has not been looked at. */
export interface SignedDocument {
  readonly _id: string;
  readonly jws: unknown;
}

/** A verified document: signed by the organisation, for this database, under its own id. */
export interface CentralDocument {
  readonly id: string;
  readonly type: CentralType;
  readonly key: string;
  readonly issued_at: string;
  readonly open: unknown;
  readonly sealed: string | null;
}

/** Against what a document is verified. */
export interface Authority {
  /** The organisation signing key. */
  readonly key: CryptoKey;
  readonly database: string;
}

/** Team keys by key id, for what is sealed. */
export type TeamKeysById = ReadonlyMap<string, CryptoKey>;

const TYP = "escale-central+jws";

/** `"c"` (`"p"` of people, who are read by key) + the first 40 hexadecimal digits of SHA-256(`"<type>:<key>"`). */
export async function centralId(type: CentralType, key: string): Promise<string> {
  const prefix = type === "person" || type === "people" ? "p" : "c";
  return `${prefix}${(await sha256Hex(`${type}:${key}`)).slice(0, 40)}`;
}

/** Verify `document`. Raises {@link CentralError}. */
export async function verifyCentral(
  document: SignedDocument,
  authority: Authority,
): Promise<CentralDocument> {
  const payload = members(parseJson(await verifiedText(document.jws, authority.key)));
  if (payload["v"] !== 1) throw new CentralError("malformed");
  const type = oneOf(payload["type"], CENTRAL_TYPES);
  const key = text(payload["key"]);
  if (document._id !== (await centralId(type, key))) throw new CentralError("id-mismatch");
  if (payload["database"] !== authority.database) throw new CentralError("database-mismatch");
  return {
    id: document._id,
    type,
    key,
    issued_at: text(payload["issued_at"]),
    open: payload["open"] ?? null,
    sealed: nullable(payload["sealed"], text),
  };
}

/** JSON that `sealed` holds for the team. Raises {@link CentralError} `unknown-key`, `decryption-failed`. */
export async function openSealed(sealed: string, keys: TeamKeysById): Promise<unknown> {
  try {
    const key = keys.get(compactKeyId(sealed));
    if (key === undefined) throw new CentralError("unknown-key");
    return parseJson(fromUtf8(await openCompact(sealed, key)));
  } catch (error) {
    if (error instanceof CryptoError) {
      throw new CentralError(error.code === "decryption-failed" ? "decryption-failed" : "malformed", error);
    }
    throw error;
  }
}

async function verifiedText(jws: unknown, key: CryptoKey): Promise<string> {
  try {
    return fromUtf8(await verifyCompact(text(jws), TYP, key));
  } catch (error) {
    if (error instanceof CryptoError) {
      throw new CentralError(error.code === "signature-invalid" ? "signature-invalid" : "malformed", error);
    }
    throw error;
  }
}
