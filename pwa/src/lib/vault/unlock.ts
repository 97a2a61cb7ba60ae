/** Opening a slot with its passphrase, without network. */
import { CryptoError } from "../crypto/errors";
import type { Bytes } from "../crypto/bytes";
import type { Clock } from "../store/clock";
import type { Store } from "../store/database";
import { countAttempt, forgetAttempts } from "./attempts";
import { keyFromPassphrase } from "./derivation";
import { WrongPassphrase } from "./errors";
import { requireDay } from "./invitation";
import { OpenSlot } from "./open-slot";
import { unwrapVaultKey, vaultKeys } from "./seal";
import { readSlot, type Slot } from "./slot";

/**
 * The slot `id`, its keys in memory; the team's keys are learnt from a key ring next (`central/keyring.ts`).
 *
 * Raises {@link WrongPassphrase} and `AttemptDelayed` with the seconds to wait, `SlotUnknown`, `VaultDamaged`,
 * and `AccessNotBegun` or `AccessEnded` of an invited slot on another day than its own.
 */
export async function unlockSlot(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  id: string,
  passphrase: string,
): Promise<OpenSlot> {
  const slot = await readSlot(store, id);
  if (slot.invitation !== undefined) requireDay(slot.invitation, clock);
  const wait_s = await countAttempt(store, id, clock);
  const raw = await unwrapWithPassphrase(slot, passphrase, wait_s);
  await forgetAttempts(store, id);
  return new OpenSlot(id, slot.member, await vaultKeys(slot, raw));
}

async function unwrapWithPassphrase(slot: Slot, passphrase: string, wait_s: number): Promise<Bytes> {
  const key = await keyFromPassphrase(passphrase, slot.passphrase.argon2);
  try {
    return await unwrapVaultKey(slot.passphrase.wrap, key);
  } catch (error) {
    if (error instanceof CryptoError) throw new WrongPassphrase(wait_s);
    throw error;
  }
}
