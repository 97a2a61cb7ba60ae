/** Devices of the team and the slots on them: whose key signs what, and under which name. */
import { importVerifying, thumbprint, type PublicJwk } from "../crypto/jwk";
import { openSealed, type CentralDocument, type TeamKeysById } from "./document";
import { list, members, nullable, oneOf, publicKey, text } from "./json";

/** One member on one device. */
export interface Signer {
  readonly device: string;
  readonly slot: string;
  readonly member: string;
  readonly name: string;
  readonly profession: string;
  readonly key: PublicJwk;
  readonly status: string;
}

/** A device of the team, opened. */
export interface TeamDevice {
  readonly device: string;
  readonly team: string;
  readonly status: "active" | "revoked";
  readonly label: string | null;
  readonly signers: readonly Signer[];
}

/** The device in a verified `document` of type `device`. */
export async function openDevice(document: CentralDocument, keys: TeamKeysById): Promise<TeamDevice> {
  const open = members(document.open);
  const device = text(open["device"]);
  const sealed = document.sealed === null ? {} : members(await openSealed(document.sealed, keys));
  return {
    device,
    team: text(open["team"]),
    status: oneOf(open["status"], ["active", "revoked"]),
    label: nullable(sealed["label"], text),
    signers: list(sealed["slots"] ?? [], (slot) => readSigner(device, slot)),
  };
}

/** Whether a verified `document` of type `device` tells of a hub in service; what is sealed in it is not needed. */
export function isActiveHub(document: CentralDocument): boolean {
  const { kind, status } = members(document.open);
  return kind === "hub" && status === "active";
}

/** A signer with the key that verifies them, ready for use. */
export interface KnownSigner extends Signer {
  readonly verifying: CryptoKey;
}

/** Who signs in the team, by key id. A revoked signer is still found: what was signed before holds. */
export class SignerDirectory {
  readonly #signers: ReadonlyMap<string, KnownSigner>;

  private constructor(signers: ReadonlyMap<string, KnownSigner>) {
    this.#signers = signers;
  }

  /** A directory of `signers`; a later one takes the place of an earlier one with the same key. */
  static async of(signers: readonly Signer[]): Promise<SignerDirectory> {
    const known = await Promise.all(
      signers.map(async (signer): Promise<[string, KnownSigner]> => {
        const verifying = await importVerifying(signer.key);
        return [await thumbprint(signer.key), { ...signer, verifying }];
      }),
    );
    return new SignerDirectory(new Map(known));
  }

  /** The signer whose key's thumbprint is `kid`, or `null`. */
  byKeyId(kid: string): KnownSigner | null {
    return this.#signers.get(kid) ?? null;
  }

  /** Name of a member who signs somewhere in the team, or `null`. */
  nameOf(member: string): string | null {
    for (const signer of this.#signers.values()) if (signer.member === member) return signer.name;
    return null;
  }
}

function readSigner(device: string, value: unknown): Signer {
  const slot = members(value);
  return {
    device,
    slot: text(slot["slot"]),
    member: text(slot["member"]),
    name: text(slot["name"]),
    profession: text(slot["profession"]),
    key: publicKey(slot["signing_key"]),
    status: text(slot["status"]),
  };
}
