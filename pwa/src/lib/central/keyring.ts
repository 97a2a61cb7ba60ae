/** Key rings: a team's keys by epoch, sealed to one slot's agreement key (wire §4). */
import { fromUtf8 } from "../crypto/bytes";
import { CryptoError } from "../crypto/errors";
import { openCompact } from "../crypto/jwe";
import { importOctets, type KeyWithId, type OctetJwk } from "../crypto/jwk";
import type { CentralDocument } from "./document";
import { CentralError } from "./errors";
import { members, number, parseJson, text } from "./json";

/** The team's keys that one slot may hold. */
export interface TeamKeys {
  readonly team: string;
  /** The epoch that new seals use. */
  readonly current: number;
  /** By key id, `<team>.<epoch>` (wire §1). */
  readonly byKeyId: ReadonlyMap<string, CryptoKey>;
}

/** Whose key ring it is, and what opens it. */
export interface KeyringOwner {
  readonly slot: string;
  readonly agreement: KeyWithId;
}

/**
 * The team keys in a verified `document` of type `keyring`.
 *
 * Raises `CentralError`: `malformed` when it is another slot's or lacks its current epoch, `decryption-failed` when
 * the slot's key does not open it.
 */
export async function openKeyring(document: CentralDocument, owner: KeyringOwner): Promise<TeamKeys> {
  const open = members(document.open);
  const team = text(open["team"]);
  const current = number(open["current"]);
  if (document.key !== owner.slot || open["slot"] !== owner.slot) throw new CentralError("malformed");
  const epochs = Object.entries(members(open["epochs"]));
  const keys = await Promise.all(
    epochs.map(async ([epoch, jwe]) => epochKey(`${team}.${epoch}`, text(jwe), owner.agreement)),
  );
  const byKeyId = new Map(keys.map(({ kid, key }) => [kid, key]));
  if (!byKeyId.has(`${team}.${String(current)}`)) throw new CentralError("malformed");
  return { team, current, byKeyId };
}

/** Team keys from JWKs that were opened already (an invitation's). Raises `CentralError("malformed")`. */
export async function ringKeys(ring: {
  readonly team: string;
  readonly current: number;
  readonly epochs: Readonly<Record<string, OctetJwk>>;
}): Promise<TeamKeys> {
  const { team, current } = ring;
  const keys = await Promise.all(
    Object.entries(ring.epochs).map(async ([epoch, jwk]): Promise<[string, CryptoKey]> => {
      const kid = `${team}.${epoch}`;
      if (jwk.kid !== kid) throw new CentralError("malformed");
      return [kid, await importOctets(jwk)];
    }),
  );
  const byKeyId = new Map(keys);
  if (!byKeyId.has(`${team}.${String(current)}`)) throw new CentralError("malformed");
  return { team, current, byKeyId };
}

/** The key that new seals of the team use. */
export function currentTeamKey(keys: TeamKeys): KeyWithId {
  const kid = `${keys.team}.${String(keys.current)}`;
  const key = keys.byKeyId.get(kid);
  if (key === undefined) throw new CentralError("unknown-key");
  return { kid, key };
}

async function epochKey(kid: string, jwe: string, agreement: KeyWithId): Promise<KeyWithId> {
  try {
    const jwk = members(parseJson(fromUtf8(await openCompact(jwe, agreement.key))));
    if (jwk["kty"] !== "oct" || jwk["kid"] !== kid) throw new CentralError("malformed");
    return { kid, key: await importOctets({ kty: "oct", k: text(jwk["k"]), kid }) };
  } catch (error) {
    if (error instanceof CryptoError) throw new CentralError("decryption-failed", error);
    throw error;
  }
}
