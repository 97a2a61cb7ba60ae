/** The proof that a member at work asks for a remote doctor's link (wire §6.1): a locked tablet cannot make it. */
import { signCompact } from "../crypto/jws";
import type { OpenSlot } from "./open-slot";

/** What the proof is for; `nonce` is central's, and serves once. */
export interface LinkRequest {
  readonly device: string;
  readonly visit: string;
  readonly stop: string;
  readonly nonce: string;
}

/** Sign `request` by the slot at work. Raises {@link SlotLocked} once it is locked. */
export async function linkProof(open: OpenSlot, request: LinkRequest): Promise<string> {
  const { device, visit, stop, nonce } = request;
  return signCompact(
    { v: 1, purpose: "remote-link", device, slot: open.slot, member: open.member, visit, stop, nonce },
    "escale-remote-link+jws",
    open.signing,
  );
}
