/**
 * A slot at rest: one member on one device, its two key pairs sealed under a vault key, the vault key wrapped twice.
 *
 * ```
 * passphrase    → Argon2id → wraps ┐
 *                                  ├ vault key → seals { signing key, agreement key, PIN verifier }
 * recovery code → HKDF     → wraps ┘
 * ```
 * Wraps and vault are compact JWE (A256KW, A256GCM) whose `kid` is the slot.
 */
import type { PublicJwk } from "../crypto/jwk";
import type { Store } from "../store/database";
import type { Argon2Parameters } from "./derivation";
import { SlotUnknown } from "./errors";
import type { SlotInvitation } from "./invitation";

/** What the node answered about the slot: a coordinator compares its short code before confirming. */
export type SlotState = "pending" | "confirmed" | "refused";

/** One row of the store `slots`: public parts, and ciphertext. */
export interface Slot {
  readonly slot: string;
  readonly member: string;
  readonly device: string;
  readonly state: SlotState;
  readonly short_code: string;
  readonly signing_key: PublicJwk;
  readonly signing_kid: string;
  readonly agreement_key: PublicJwk;
  readonly agreement_kid: string;
  /** JWS by the slot signing key over `{slot, member, device, agreement_thumbprint}` (wire §6). */
  readonly proof: string;
  readonly passphrase: { readonly argon2: Argon2Parameters; readonly wrap: string };
  readonly recovery: { readonly wrap: string };
  readonly vault: string;
  /** RFC 3339, the tablet's clock. */
  readonly created_at: string;
  /** The invitation that made it: the slot serves on its days only. */
  readonly invitation?: SlotInvitation;
}

/** Body of `POST /api/slots` (wire §6); nothing in it is secret, so it can be sent while locked, again and again. */
export interface SlotRegistration {
  readonly slot: string;
  readonly member: string;
  readonly signing_key: PublicJwk;
  readonly agreement_key: PublicJwk;
  readonly proof: string;
  readonly invitation?: { readonly id: string; readonly proof: string };
}

/** What `slot` sends to be registered; an invitation confirms it without a coordinator. */
export function slotRegistration({
  slot,
  member,
  signing_key,
  agreement_key,
  proof,
  invitation,
}: Slot): SlotRegistration {
  const asked = { slot, member, signing_key, agreement_key, proof };
  if (invitation === undefined) return asked;
  return { ...asked, invitation: { id: invitation.id, proof: invitation.proof } };
}

/** Every slot of this tablet, oldest first. */
export async function readSlots(store: Store): Promise<readonly Slot[]> {
  const slots = await store.read(["slots"], async (rows) => rows.slots.all());
  return slots.sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
}

/** The slot `id`. Raises {@link SlotUnknown}. */
export async function readSlot(store: Store, id: string): Promise<Slot> {
  const slot = await store.read(["slots"], async ({ slots }) => slots.get(id));
  if (slot === undefined) throw new SlotUnknown();
  return slot;
}

/** Change part of the slot `id` in one transaction. Raises {@link SlotUnknown}. */
export async function updateSlot(
  store: Store,
  id: string,
  change: Partial<Omit<Slot, "slot">>,
): Promise<Slot> {
  return store.write(["slots"], async ({ slots }) => {
    const slot = await slots.get(id);
    if (slot === undefined) throw new SlotUnknown();
    const changed = { ...slot, ...change };
    await slots.put(changed);
    return changed;
  });
}

/** Keep what the node answered about the slot `id`. */
export async function saveSlotState(store: Store, id: string, state: SlotState): Promise<Slot> {
  return updateSlot(store, id, { state });
}
