/** What lies in a vault, and how it is wrapped: compact JWE throughout. */
import { fromUtf8, fromBase64url, toBase64url, utf8, type Bytes } from "../crypto/bytes";
import { openCompact, sealCompact } from "../crypto/jwe";
import { importAgreement, importSigning, importWrapping, type PrivateJwk } from "../crypto/jwk";
import { VaultDamaged } from "./errors";
import { ringKeys } from "../central/keyring";
import type { KeptRing } from "./invitation";
import type { VaultKeys } from "./open-slot";
import type { PinVerifier } from "./pin";
import type { Slot } from "./slot";

/** The plaintext of a vault. */
export interface VaultContent {
  readonly signing_key: PrivateJwk;
  readonly agreement_key: PrivateJwk;
  readonly pin: PinVerifier;
  /** The team's keys that an invitation gave, until central's key ring arrives. */
  readonly ring?: KeptRing;
}

const WRAP = "escale-vault-key+jwe";
const VAULT = "escale-vault+jwe";

/** Wrap the raw vault key under `by`. */
export async function wrapVaultKey(raw: Bytes, slot: string, by: CryptoKey): Promise<string> {
  return sealCompact(utf8(toBase64url(raw)), WRAP, { kid: slot, key: by });
}

/** The raw vault key. Raises `CryptoError("decryption-failed")` when `by` is not the key. */
export async function unwrapVaultKey(wrap: string, by: CryptoKey): Promise<Bytes> {
  return fromBase64url(fromUtf8(await openCompact(wrap, by)));
}

/** Seal `content` under the vault key. */
export async function sealVault(content: VaultContent, slot: string, vaultKey: CryptoKey): Promise<string> {
  return sealCompact(utf8(JSON.stringify(content)), VAULT, { kid: slot, key: vaultKey });
}

/** Open the vault of `slot`. Raises {@link VaultDamaged}: the vault key was right, so what is stored is not. */
export async function openVault(slot: Slot, vaultKey: CryptoKey): Promise<VaultContent> {
  try {
    return JSON.parse(fromUtf8(await openCompact(slot.vault, vaultKey))) as VaultContent;
  } catch (cause) {
    throw new VaultDamaged(cause);
  }
}

/** The keys of `slot`, imported so that none can be exported again. Raises {@link VaultDamaged}. */
export async function vaultKeys(slot: Slot, rawVaultKey: Bytes): Promise<VaultKeys> {
  const vault = await importWrapping(rawVaultKey);
  const content = await openVault(slot, vault);
  try {
    return {
      signing: { kid: slot.signing_kid, key: await importSigning(content.signing_key) },
      agreement: { kid: slot.agreement_kid, key: await importAgreement(content.agreement_key) },
      vault,
      pin: content.pin,
      team: content.ring === undefined ? null : await ringKeys(content.ring),
    };
  } catch (cause) {
    throw new VaultDamaged(cause);
  }
}
