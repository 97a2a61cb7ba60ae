/**
 * The device's chain: whatever is signed here, record or notice, takes the next place in it, one at a time.
 *
 * ```
 * lock escale-chain
 *   read the chain's head          nothing written
 *   build, sign, seal              nothing written
 *   one transaction, durable:      outbox + chain head + sealed row (+ draft deleted)
 * ```
 * Killed before the transaction has completed, nothing was signed; after, it is.
 */
import { currentTeamKey, type TeamKeys } from "../central/keyring";
import { sha256Hex } from "../crypto/digest";
import { importRecipient, thumbprint, type KeyWithId } from "../crypto/jwk";
import { signCompact } from "../crypto/jws";
import type { RandomUuid } from "../crypto/random";
import type { StoredDraft } from "../drafts/draft";
import { DraftGone, DraftMoved } from "../drafts/errors";
import type { EnvelopeDocument } from "../envelope/document";
import { EnvelopeError } from "../envelope/errors";
import { isRecord, isRestricted, parsePayload, type Payload, type SignedPayload } from "../envelope/payload";
import { seal } from "../envelope/seal";
import { RECORD_TYP } from "../envelope/verify";
import { rfc3339, type Clock } from "../store/clock";
import type { Store } from "../store/database";
import type { DeviceRow, Enrolment } from "../store/device";
import type { Locks } from "../store/locks";
import type { ChainRow, PhotoRow, SealedRow } from "../store/schema";
import type { OpenSlot } from "../vault/open-slot";
import { SigningError } from "./errors";

/** Rows of photos to write and to forget. */
export interface PhotoChange {
  readonly keep: readonly PhotoRow[];
  readonly forget: readonly string[];
}

/** Name of the lock that gives one tab at a time the next sequence. */
export const CHAIN_LOCK = "escale-chain";

/** Who signs, where, and with what. */
export interface SigningContext {
  readonly store: Store;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly uuid: RandomUuid;
  readonly device: DeviceRow;
  readonly open: OpenSlot;
  /** Estimated server − tablet, or `null` when never estimated. */
  readonly clock_offset_ms: number | null;
  /** Versions of the tablet and of its evaluator, for instance `escale-pwa/0.1.0 fhirpath.js/5.2.2`. */
  readonly evaluator: string;
}

/** The members that the place in the chain decides; the signer adds `campaign`, `stop` and the rest. */
export type ChainPlace = Omit<SignedPayload, "campaign" | "stop">;

/** What takes the next place. */
export interface ChainEntry {
  /** The whole payload, given its place. */
  readonly payload: (place: ChainPlace) => Payload;
  /** The draft that becomes it, or `null`. */
  readonly draft: StoredDraft | null;
  /** What becomes of the draft's photos, in the same transaction. */
  readonly photos?: PhotoChange;
}

/** That the slot may sign: its tablet is enrolled and it holds the team's keys. Raises {@link SigningError}. */
export function requireReady({ device, open }: SigningContext): { enrolment: Enrolment; team: TeamKeys } {
  if (device.enrolment === null) throw new SigningError("not-enrolled");
  if (open.team === null) throw new SigningError("no-team-key");
  return { enrolment: device.enrolment, team: open.team };
}

/**
 * Sign and seal `entry`; resolves once it is durable, with what is known of it while locked.
 *
 * To be called within {@link CHAIN_LOCK}. Raises {@link SigningError}, `RecordTooLarge`, `DraftMoved`, `DraftGone`,
 * `SlotLocked`, `StorageFull`: in every case nothing was written.
 */
export async function append(context: SigningContext, entry: ChainEntry): Promise<SealedRow> {
  const { enrolment, team } = requireReady(context);
  const head = await chainHead(context);
  const payload = checked(entry.payload(placeAfter(head, context, enrolment, team)));
  const jws = await signCompact(payload, RECORD_TYP, context.open.signing);
  const organization = await organisationReader(enrolment);
  const reader = isRestricted(payload) ? await slotReader(context) : currentTeamKey(team);
  const envelope = await seal(jws, { reader, owner: organization });
  const row = rowOf(envelope._id, await sha256Hex(jws), payload, entry.draft);
  await commit(context, entry, head, envelope, row);
  return row;
}

async function chainHead({ store, device }: SigningContext): Promise<ChainRow | undefined> {
  return store.read(["chain"], async ({ chain }) => chain.get(device.device));
}

function placeAfter(
  head: ChainRow | undefined,
  { clock, device, open, clock_offset_ms }: SigningContext,
  { organization }: Enrolment,
  { team }: TeamKeys,
): ChainPlace {
  return {
    v: 1,
    organization: organization.id,
    team,
    device: device.device,
    slot: open.slot,
    member: open.member,
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.previous ?? null,
    signed_at: rfc3339(clock()),
    clock_offset_ms,
  };
}

/** Held to the same rules as a received one: what central would refuse is better refused before it is signed. */
function checked(payload: Payload): Payload {
  try {
    return parsePayload(JSON.stringify(payload));
  } catch (error) {
    if (error instanceof EnvelopeError) throw new SigningError("invalid", error);
    throw error;
  }
}

/** The signer's own slot: what is signed under secrecy is sealed to nobody else of the team (wire §2.3). */
export async function slotReader({
  store,
  open,
}: Pick<SigningContext, "store" | "open">): Promise<KeyWithId> {
  const slot = await store.read(["slots"], async ({ slots }) => slots.get(open.slot));
  if (slot?.agreement_kid !== open.agreement.kid) throw new SigningError("invalid");
  return { kid: slot.agreement_kid, key: await importRecipient(slot.agreement_key) };
}

/** The organisation: the second recipient of every envelope. */
export async function organisationReader({ organization }: Enrolment): Promise<KeyWithId> {
  const key = await importRecipient(organization.encryption_key);
  return { kid: await thumbprint(organization.encryption_key), key };
}

function rowOf(envelope: string, record: string, payload: Payload, draft: StoredDraft | null): SealedRow {
  return {
    envelope,
    record,
    kind: payload.kind,
    sequence: payload.sequence,
    draft: draft?.draft.id ?? null,
    stop: payload.stop,
    visit: "visit" in payload ? payload.visit : null,
    slot: payload.slot,
    replaces: isRecord(payload) ? (payload.replaces?.record ?? null) : null,
    photo: payload.kind === "photo" ? payload.photo : null,
    sealed_at: payload.signed_at,
  };
}

const STORES = ["drafts", "outbox", "chain", "sealed", "photos"] as const;

async function commit(
  { store, device }: SigningContext,
  { draft: stored, photos: changed }: ChainEntry,
  head: ChainRow | undefined,
  envelope: EnvelopeDocument,
  row: SealedRow,
): Promise<void> {
  await store.write(STORES, async ({ drafts, outbox, chain, sealed, photos }) => {
    if (stored !== null) {
      const current = await drafts.get(stored.draft.id);
      if (current === undefined) throw new DraftGone(stored.draft.id);
      // What is signed must be the last that was saved, or a change made in another tab would vanish with the draft.
      if (current.save !== stored.save) throw new DraftMoved(stored.draft.id);
    }
    // The lock makes this true; where locks fail, a fork of the chain must still be impossible.
    if ((await chain.get(device.device))?.sequence !== head?.sequence) {
      throw stored === null ? new SigningError("overtaken") : new DraftMoved(stored.draft.id);
    }
    await outbox.put({ ...envelope, sequence: row.sequence, kind: row.kind, stop: row.stop });
    await chain.put({ device: device.device, sequence: row.sequence, previous: row.record });
    await sealed.put(row);
    if (stored !== null) await drafts.delete(stored.draft.id);
    for (const photo of changed?.keep ?? []) await photos.put(photo);
    for (const photo of changed?.forget ?? []) await photos.delete(photo);
  });
}
