/**
 * The device: its identity, its key, and what its enrolment taught it.
 *
 * The device key is made not extractable and kept by IndexedDB as a `CryptoKey`. It opens nothing: it signs a node's
 * nonce, so that a locked but awake tablet still syncs ciphertext (wire §1, §6).
 */
import { generateSigningKeys, exportPublic, thumbprint, type KeyWithId, type PublicJwk } from "../crypto/jwk";
import { signCompact } from "../crypto/jws";
import { sha256Hex } from "../crypto/digest";
import type { RandomUuid } from "../crypto/random";
import { shortCode } from "../crypto/short-code";
import type { Store } from "./database";
import { StoredValueLost } from "./errors";

/** A member of the team, as enrolment and `GET /api/device` list them. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly profession: string;
}

/** What a confirmed enrolment answers (wire §6). */
export interface Enrolment {
  readonly organization: {
    readonly id: string;
    readonly title: string;
    readonly signing_key: PublicJwk;
    readonly encryption_key: PublicJwk;
  };
  readonly team: { readonly id: string; readonly title: string };
  readonly campaign: { readonly id: string; readonly title: string };
  readonly database: string;
  readonly members: readonly Member[];
  readonly sync_url: string;
}

/** The one row of the store `device`. */
export interface DeviceRow {
  readonly device: string;
  readonly keys: CryptoKeyPair;
  readonly jwk: PublicJwk;
  readonly thumbprint: string;
  /** `null` until a coordinator confirmed the enrolment. */
  readonly enrolment: Enrolment | null;
}

/** Name of the member `member`, or `null` when the team does not know them. */
export function memberOf(enrolment: Enrolment, member: string): Member | null {
  return enrolment.members.find(({ id }) => id === member) ?? null;
}

/** The device of this tablet, or `null` before its first enrolment. */
export async function readDevice(store: Store): Promise<DeviceRow | null> {
  return (await store.read(["device"], async ({ device }) => device.get("this"))) ?? null;
}

/**
 * The device of this tablet, made now if there is none; an existing key is never replaced: the records it
 * chains would be orphaned.
 */
export async function establishDevice(store: Store, uuid: RandomUuid): Promise<DeviceRow> {
  const existing = await readDevice(store);
  if (existing !== null) return existing;
  const keys = await generateSigningKeys(false);
  const jwk = await exportPublic(keys.publicKey);
  const made: DeviceRow = { device: uuid(), keys, jwk, thumbprint: await thumbprint(jwk), enrolment: null };
  return store.write(["device"], async ({ device }) => {
    const other = await device.get("this");
    if (other !== undefined) return other;
    await device.put(made, "this");
    return made;
  });
}

/** Keep what a confirmed enrolment, or a later `GET /api/device`, answered. */
export async function saveEnrolment(store: Store, enrolment: Enrolment): Promise<DeviceRow> {
  return store.write(["device"], async ({ device }) => {
    const row = await device.get("this");
    if (row === undefined) throw new StoredValueLost("device");
    const enrolled = { ...row, enrolment };
    await device.put(enrolled, "this");
    return enrolled;
  });
}

/** The code both sides show for this device (wire §6). */
export async function deviceShortCode(device: DeviceRow): Promise<string> {
  return shortCode(device.device, device.thumbprint);
}

/** `proof` of `POST /api/enrolments/redeem`: the card's secret was held by whoever holds the device key. */
export async function proveEnrolment(device: DeviceRow, secret: string): Promise<string> {
  const proof = { secret_digest: await sha256Hex(secret), device: device.device };
  return signCompact(proof, "escale-enrolment+jws", deviceKey(device));
}

/** `assertion` of `POST /api/device/token` over a node's `nonce`, which no other node than `node` accepts (wire §7). */
export async function assertDevice(device: DeviceRow, nonce: string, node: string): Promise<string> {
  const assertion = { nonce, device: device.device, audience: "escale-node", node };
  return signCompact(assertion, "escale-assertion+jws", deviceKey(device));
}

function deviceKey(device: DeviceRow): KeyWithId {
  return { kid: device.thumbprint, key: device.keys.privateKey };
}
