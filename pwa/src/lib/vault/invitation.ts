/**
 * Opening an invitation with its code, and what the slot it makes keeps of it (wire §4.3).
 *
 * Wrong codes are delayed like wrong passphrases, under one name for all of the tablet's invitations.
 */
import type { Invitation } from "../central/invitation";
import { members, number, parseJson, text } from "../central/json";
import { fromUtf8 } from "../crypto/bytes";
import { normalizeCrockford } from "../crypto/crockford";
import { CryptoError } from "../crypto/errors";
import { openCompact } from "../crypto/jwe";
import { importSigning, type OctetJwk, type PrivateJwk } from "../crypto/jwk";
import { signCompact } from "../crypto/jws";
import { rfc3339, type Clock } from "../store/clock";
import type { Store } from "../store/database";
import type { Member } from "../store/device";
import { countAttempt, forgetAttempts } from "./attempts";
import { keyFromPassphrase } from "./derivation";
import { AccessEnded, AccessNotBegun, WrongInvitationCode } from "./errors";

/** Name under which wrong codes are counted. */
export const INVITATION_ATTEMPTS = "invitation";
const CODE_LENGTH = 12;

/** The team's keys as a vault keeps them until central's key ring arrives. */
export interface KeptRing {
  readonly team: string;
  readonly current: number;
  readonly epochs: Readonly<Record<string, OctetJwk>>;
}

/** An invitation that its code opened. */
export interface OpenedInvitation {
  readonly id: string;
  readonly slot: string;
  readonly member: Member;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly ring: KeptRing;
  /** Signs, once, the proof that lets the node confirm the slot; kept nowhere. */
  readonly key: PrivateJwk;
}

/** What a slot's row keeps: whose it is, for which days, and the proof that is good for this slot only. */
export interface SlotInvitation {
  readonly id: string;
  readonly name: string;
  readonly profession: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly proof: string;
}

/** What was `typed` as a canonical code, or `null` when it cannot be one. */
export function readInvitationCode(typed: string): string | null {
  const code = normalizeCrockford(typed);
  return code?.length === CODE_LENGTH ? code : null;
}

/**
 * Open the invitation that `typed` is the code of, among those of the tablet.
 *
 * Raises {@link WrongInvitationCode} with the seconds to wait, `AttemptDelayed`, and {@link AccessNotBegun} or
 * {@link AccessEnded} on a day that is not one of its own.
 */
export async function openInvitation(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  invitations: readonly Invitation[],
  typed: string,
): Promise<OpenedInvitation> {
  const code = readInvitationCode(typed);
  if (code === null) throw new WrongInvitationCode(0); // a slip of the finger, seen without looking
  const wait_s = await countAttempt(store, INVITATION_ATTEMPTS, clock);
  for (const invitation of invitations) {
    const opened = await tryCode(invitation, code);
    if (opened === null) continue;
    await forgetAttempts(store, INVITATION_ATTEMPTS);
    requireDay(opened, clock);
    return opened;
  }
  throw new WrongInvitationCode(wait_s);
}

/** Raises {@link AccessNotBegun} before the first day, {@link AccessEnded} after the last, by the tablet's clock. */
export function requireDay(
  { validFrom, validUntil }: { readonly validFrom: string; readonly validUntil: string },
  clock: Clock,
): void {
  const today = rfc3339(clock()).slice(0, 10);
  if (today < validFrom) throw new AccessNotBegun(validFrom);
  if (today > validUntil) throw new AccessEnded(validUntil);
}

/** What the slot keeps of the invitation that made it; `signingKid` is the slot's own key. */
export async function keptInvitation(
  { id, slot, member, validFrom, validUntil, key }: OpenedInvitation,
  signingKid: string,
): Promise<SlotInvitation> {
  const claims = { invitation: id, slot, signing_thumbprint: signingKid };
  const signer = { kid: id, key: await importSigning(key) };
  const proof = await signCompact(claims, "escale-invitation+jws", signer);
  return { id, name: member.name, profession: member.profession, validFrom, validUntil, proof };
}

async function tryCode(invitation: Invitation, code: string): Promise<OpenedInvitation | null> {
  if (invitation.sealed === null) return null;
  const key = await keyFromPassphrase(code, { salt: invitation.salt, ...invitation.cost });
  try {
    return read(invitation, parseJson(fromUtf8(await openCompact(invitation.sealed, key))));
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

function read({ id, team, validFrom, validUntil }: Invitation, content: unknown): OpenedInvitation {
  const sealed = members(content);
  const member = members(sealed["member"]);
  return {
    id,
    slot: text(sealed["slot"]),
    member: {
      id: text(member["id"]),
      name: text(member["name"]),
      profession: text(member["profession"]),
    },
    validFrom,
    validUntil,
    ring: {
      team,
      current: number(sealed["current"]),
      epochs: members(sealed["epochs"]) as Readonly<Record<string, OctetJwk>>,
    },
    key: members(sealed["key"]) as unknown as PrivateJwk,
  };
}
