/** Making a slot, and changing what opens it. */
import { sealVault, openVault, unwrapVaultKey, vaultKeys, wrapVaultKey } from "./seal";
import { toBase64url, type Bytes } from "../crypto/bytes";
import { CryptoError } from "../crypto/errors";
import {
  exportPrivate,
  exportPublic,
  generateAgreementKeys,
  generateSigningKeys,
  importWrapping,
  thumbprint,
} from "../crypto/jwk";
import { signCompact } from "../crypto/jws";
import { randomBytes, randomUuid, type RandomBytes, type RandomUuid } from "../crypto/random";
import { shortCode } from "../crypto/short-code";
import { rfc3339, type Clock } from "../store/clock";
import type { Store } from "../store/database";
import { forgetAttempts } from "./attempts";
import { ARGON2_COST, type Argon2Cost, keyFromPassphrase, keyFromRecoveryCode } from "./derivation";
import { PassphraseWeak, PinWeak, WrongRecoveryCode } from "./errors";
import { keptInvitation, requireDay, type OpenedInvitation } from "./invitation";
import { OpenSlot } from "./open-slot";
import { passphraseStrength } from "./passphrase";
import { pinDefect, pinVerifier } from "./pin";
import { makeRecoveryCode, readRecoveryCode, shownRecoveryCode } from "./recovery";
import { readSlot, updateSlot, type Slot } from "./slot";

/** Whose slot, and what will open it. `names` are the member's: no passphrase is made of one. */
export interface SlotRequest {
  readonly member: string;
  readonly names?: readonly string[];
  readonly passphrase: string;
  readonly pin: string;
  /** The invitation that gives this slot its name, its days and the team's keys. */
  readonly invitation?: OpenedInvitation;
}

/** A slot just made or reset. `recoveryCode` is shown now and never again: it is stored nowhere. */
export interface CreatedSlot {
  readonly slot: Slot;
  readonly open: OpenSlot;
  readonly recoveryCode: string;
}

/** Where the slot is made. Randomness is an argument so that a test can see what was drawn. */
export interface VaultContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random?: RandomBytes;
  readonly uuid?: RandomUuid;
  /** Cost of the passphrases set from now on; those set before keep theirs. */
  readonly argon2?: Argon2Cost;
}

/**
 * Make a slot on `device`, store it (state `pending`), and leave it open.
 *
 * Raises {@link PassphraseWeak}, {@link PinWeak}, and `AccessEnded` or `AccessNotBegun` of an invitation.
 */
export async function createSlot(
  context: VaultContext,
  device: string,
  request: SlotRequest,
): Promise<CreatedSlot> {
  const { store, clock, random = randomBytes, uuid = randomUuid } = context;
  requireStrong(request.passphrase, request.names);
  requirePin(request.pin);
  const { invitation } = request;
  if (invitation !== undefined) requireDay(invitation, clock);
  const id = invitation?.slot ?? uuid();
  const keys = await newKeys();
  const raw = random(32);
  const recoveryCode = makeRecoveryCode(random);
  const content = {
    signing_key: await exportPrivate(keys.signing.privateKey),
    agreement_key: await exportPrivate(keys.agreement.privateKey),
    pin: await pinVerifier(request.pin, random),
    ...(invitation === undefined ? {} : { ring: invitation.ring }),
  };
  const slot: Slot = {
    slot: id,
    member: request.member,
    device,
    state: "pending",
    short_code: await shortCode(id, keys.signingKid),
    signing_key: await exportPublic(keys.signing.publicKey),
    signing_kid: keys.signingKid,
    agreement_key: await exportPublic(keys.agreement.publicKey),
    agreement_kid: keys.agreementKid,
    proof: await signCompact(
      { slot: id, member: request.member, device, agreement_thumbprint: keys.agreementKid },
      "escale-slot+jws",
      { kid: keys.signingKid, key: keys.signing.privateKey },
    ),
    passphrase: await wrappedByPassphrase(context, raw, id, request.passphrase),
    recovery: { wrap: await wrapVaultKey(raw, id, await keyFromRecoveryCode(recoveryCode, id)) },
    vault: await sealVault(content, id, await importWrapping(raw)),
    created_at: rfc3339(clock()),
    ...(invitation === undefined ? {} : { invitation: await keptInvitation(invitation, keys.signingKid) }),
  };
  await store.write(["slots"], async ({ slots }) => slots.put(slot));
  const open = new OpenSlot(id, request.member, await vaultKeys(slot, raw));
  return { slot, open, recoveryCode: shownRecoveryCode(recoveryCode) };
}

/**
 * Open the slot `id` with its recovery code, give it a new passphrase and a new code; needs no network.
 *
 * The code that served is worth nothing afterwards. Raises {@link WrongRecoveryCode}, {@link PassphraseWeak}.
 */
export async function resetPassphrase(
  context: VaultContext,
  id: string,
  typedCode: string,
  passphrase: string,
): Promise<CreatedSlot> {
  const { store, clock, random = randomBytes } = context;
  const slot = await readSlot(store, id);
  if (slot.invitation !== undefined) requireDay(slot.invitation, clock);
  requireStrong(passphrase);
  const raw = await unwrapWithCode(slot, typedCode);
  const recoveryCode = makeRecoveryCode(random);
  const reset = await updateSlot(store, id, {
    passphrase: await wrappedByPassphrase(context, raw, id, passphrase),
    recovery: { wrap: await wrapVaultKey(raw, id, await keyFromRecoveryCode(recoveryCode, id)) },
  });
  await forgetAttempts(store, id);
  const open = new OpenSlot(id, reset.member, await vaultKeys(reset, raw));
  return { slot: reset, open, recoveryCode: shownRecoveryCode(recoveryCode) };
}

/** Give an open slot another PIN. Raises {@link PinWeak}. */
export async function changePin(
  { store, random = randomBytes }: VaultContext,
  open: OpenSlot,
  pin: string,
): Promise<void> {
  requirePin(pin);
  const slot = await readSlot(store, open.slot);
  const verifier = await pinVerifier(pin, random);
  const content = { ...(await openVault(slot, open.vault)), pin: verifier };
  await updateSlot(store, open.slot, { vault: await sealVault(content, open.slot, open.vault) });
  open.replacePin(verifier);
}

async function newKeys(): Promise<{
  signing: CryptoKeyPair;
  signingKid: string;
  agreement: CryptoKeyPair;
  agreementKid: string;
}> {
  const signing = await generateSigningKeys(true);
  const agreement = await generateAgreementKeys();
  return {
    signing,
    signingKid: await thumbprint(await exportPublic(signing.publicKey)),
    agreement,
    agreementKid: await thumbprint(await exportPublic(agreement.publicKey)),
  };
}

async function wrappedByPassphrase(
  { random = randomBytes, argon2: cost = ARGON2_COST }: VaultContext,
  raw: Bytes,
  slot: string,
  passphrase: string,
): Promise<Slot["passphrase"]> {
  const argon2 = { salt: toBase64url(random(16)), ...cost };
  return { argon2, wrap: await wrapVaultKey(raw, slot, await keyFromPassphrase(passphrase, argon2)) };
}

async function unwrapWithCode(slot: Slot, typed: string): Promise<Bytes> {
  const code = readRecoveryCode(typed);
  if (code === null) throw new WrongRecoveryCode();
  try {
    return await unwrapVaultKey(slot.recovery.wrap, await keyFromRecoveryCode(code, slot.slot));
  } catch (error) {
    if (error instanceof CryptoError) throw new WrongRecoveryCode();
    throw error;
  }
}

function requireStrong(passphrase: string, names: readonly string[] = []): void {
  const { defect } = passphraseStrength(passphrase, names);
  if (defect !== null) throw new PassphraseWeak(defect);
}

function requirePin(pin: string): void {
  const defect = pinDefect(pin);
  if (defect !== null) throw new PinWeak(defect);
}
