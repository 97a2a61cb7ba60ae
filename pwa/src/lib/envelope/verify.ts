/** Believing an opened envelope: whose key signed it, what it says, and for whom that key was published. */
import type { Signer, SignerDirectory } from "../central/devices";
import { fromUtf8, type Bytes } from "../crypto/bytes";
import { CryptoError } from "../crypto/errors";
import { readUnverified, verifyCompact } from "../crypto/jws";
import { EnvelopeError } from "./errors";
import type { OpenedEnvelope } from "./open";
import { isRestricted, parsePayload, type Payload } from "./payload";

/** `typ` of the JWS of records and notices. */
export const RECORD_TYP = "escale-record+jws";

/** What was signed, believed: its signer is known, and signed exactly this payload. */
export interface VerifiedEnvelope extends OpenedEnvelope {
  readonly payload: Payload;
  readonly signer: Signer;
}

/**
 * Verify `opened` against the team's signers, in the order in which central does.
 *
 * The key is the one published for the `kid`; slot, device and member *inside* what it signed must be those it was
 * published for: content re-wrapped under another of them fails. Raises {@link EnvelopeError} `signature-invalid`,
 * `signer-unknown`, `payload-invalid`, `signer-mismatch`, `team-mismatch`, `restriction-mismatch`.
 */
export async function verifyEnvelope(
  opened: OpenedEnvelope,
  signers: SignerDirectory,
  team: string,
): Promise<VerifiedEnvelope> {
  const signer = signers.byKeyId(claimedKeyId(opened.jws));
  if (signer === null) throw new EnvelopeError("signer-unknown");
  const payload = parsePayload(text(await verified(opened.jws, signer.verifying)));
  const { device, slot, member } = payload;
  if (device !== signer.device || slot !== signer.slot || member !== signer.member) {
    throw new EnvelopeError("signer-mismatch");
  }
  const { sealedTo } = opened;
  if (payload.team !== team || ("team" in sealedTo && sealedTo.team !== team)) {
    throw new EnvelopeError("team-mismatch");
  }
  const agrees = isRestricted(payload) ? "slot" in sealedTo && sealedTo.slot === slot : "team" in sealedTo;
  if (!agrees) throw new EnvelopeError("restriction-mismatch");
  return { ...opened, payload, signer };
}

function claimedKeyId(jws: string): string {
  try {
    return readUnverified(jws, RECORD_TYP).header.kid;
  } catch (error) {
    if (error instanceof CryptoError) throw new EnvelopeError("signature-invalid", error);
    throw error;
  }
}

async function verified(jws: string, key: CryptoKey): Promise<Bytes> {
  try {
    return await verifyCompact(jws, RECORD_TYP, key);
  } catch (error) {
    if (error instanceof CryptoError) throw new EnvelopeError("signature-invalid", error);
    throw error;
  }
}

function text(bytes: Bytes): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (error instanceof CryptoError) throw new EnvelopeError("payload-invalid", error);
    throw error;
  }
}
