/**
 * Signing a draft: payload, signature, seal, then one strict transaction.
 *
 * ```
 * lock escale-chain
 *   read the chain's head          nothing written
 *   build, sign, seal              nothing written
 *   one transaction, durable:      outbox + chain head + sealed row + draft deleted
 * ```
 * Killed before the transaction has completed, the draft is there; after, the record is. Signing the same draft again
 * answers the record it became.
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
import { parsePayload, type RecordPayload } from "../envelope/payload";
import { seal } from "../envelope/seal";
import { RECORD_TYP } from "../envelope/verify";
import type { Answers } from "../forms/answers";
import type { Form } from "../forms/form";
import { toQuestionnaireResponse } from "../forms/response";
import { rfc3339, type Clock } from "../store/clock";
import type { Store } from "../store/database";
import type { DeviceRow, Enrolment } from "../store/device";
import type { Locks } from "../store/locks";
import type { ChainRow, SealedRow } from "../store/schema";
import type { OpenSlot } from "../vault/open-slot";
import { recordBundle } from "./bundle";
import { SigningError } from "./errors";
import { identityOf, sharingAgreement } from "./identity";

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

/** What is signed: a draft whose writer was closed, and its answers once settled (calculated, disabled ones gone). */
export interface Signable {
  readonly stored: StoredDraft;
  readonly form: Form;
  readonly answers: Answers;
}

/**
 * Sign and seal `signable`; resolves once the record is durable, with what is known of it while locked.
 *
 * Raises {@link SigningError}, `RecordTooLarge`, `DraftMoved`, `DraftGone`, `SlotLocked`, `StorageFull`: in every case
 * the draft is untouched.
 */
export async function signRecord(context: SigningContext, signable: Signable): Promise<SealedRow> {
  const { enrolment, team } = requireReady(context, signable);
  return context.locks.exclusive(CHAIN_LOCK, async () => {
    const earlier = await alreadySealed(context.store, signable.stored.draft.id);
    if (earlier !== undefined) return earlier;
    const head = await chainHead(context);
    const payload = payloadOf(context, signable, enrolment, head);
    const jws = await signCompact(checked(payload), RECORD_TYP, context.open.signing);
    const organization = await recipient(enrolment);
    const envelope = await seal(jws, { shared: currentTeamKey(team), owner: organization });
    const row: SealedRow = {
      envelope: envelope._id,
      record: await sha256Hex(jws),
      sequence: payload.sequence,
      draft: signable.stored.draft.id,
      visit: payload.visit,
      slot: payload.slot,
      replaces: payload.replaces?.record ?? null,
      sealed_at: payload.signed_at,
    };
    await commit(context, signable.stored, head, envelope, row);
    return row;
  });
}

function requireReady(
  { device, open }: SigningContext,
  { stored: { draft } }: Signable,
): { enrolment: Enrolment; team: TeamKeys } {
  if (device.enrolment === null) throw new SigningError("not-enrolled");
  if (open.team === null) throw new SigningError("no-team-key");
  if (draft.owner !== open.member) throw new SigningError("not-owner");
  if (draft.team !== open.team.team) throw new SigningError("other-team");
  return { enrolment: device.enrolment, team: open.team };
}

async function alreadySealed(store: Store, draft: string): Promise<SealedRow | undefined> {
  return store.read(["sealed"], async ({ sealed }) => sealed.find("draft", draft));
}

async function chainHead({ store, device }: SigningContext): Promise<ChainRow | undefined> {
  return store.read(["chain"], async ({ chain }) => chain.get(device.device));
}

function payloadOf(
  context: SigningContext,
  { stored: { draft }, form, answers }: Signable,
  enrolment: Enrolment,
  head: ChainRow | undefined,
): RecordPayload {
  const { open } = context;
  const signed_at = rfc3339(context.clock());
  const status = draft.replaces === null ? "completed" : "amended";
  const content = recordBundle(
    {
      identity: identityOf(answers),
      visit: draft.visit,
      period: { start: draft.period.start, end: draft.period.end ?? signed_at },
      stop: draft.stop.name,
      response: toQuestionnaireResponse(form, answers, { author: open.member, authored: signed_at, status }),
      sharing: sharingAgreement(answers),
      signer: open.member,
      enterers: otherAuthors(answers, open.member),
      signed_at,
    },
    context.uuid,
  );
  return {
    v: 1,
    kind: "record",
    organization: enrolment.organization.id,
    campaign: draft.campaign,
    team: draft.team,
    stop: draft.stop.id,
    visit: draft.visit,
    device: context.device.device,
    slot: open.slot,
    member: open.member,
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.previous ?? null,
    signed_at,
    clock_offset_ms: context.clock_offset_ms,
    form: draft.form,
    evaluator: context.evaluator,
    replaces: draft.replaces,
    content,
  };
}

/** Held to the same rules as a received one: a record that central would refuse is better refused while it is a draft. */
function checked(payload: RecordPayload): RecordPayload {
  try {
    return parsePayload(JSON.stringify(payload));
  } catch (error) {
    if (error instanceof EnvelopeError) throw new SigningError("invalid", error);
    throw error;
  }
}

function otherAuthors(answers: Answers, signer: string): string[] {
  return [...new Set(Object.values(answers).map(({ by }) => by))].filter((by) => by !== signer).sort();
}

async function recipient({ organization }: Enrolment): Promise<KeyWithId> {
  const key = await importRecipient(organization.encryption_key);
  return { kid: await thumbprint(organization.encryption_key), key };
}

async function commit(
  { store, device }: SigningContext,
  { save, draft }: StoredDraft,
  head: ChainRow | undefined,
  envelope: EnvelopeDocument,
  row: SealedRow,
): Promise<void> {
  await store.write(["drafts", "outbox", "chain", "sealed"], async ({ drafts, outbox, chain, sealed }) => {
    const current = await drafts.get(draft.id);
    if (current === undefined) throw new DraftGone(draft.id);
    // What is signed must be the last that was saved, or a change made in another tab would vanish with the draft.
    if (current.save !== save) throw new DraftMoved(draft.id);
    // The lock makes this true; where locks fail, a fork of the chain must still be impossible.
    if ((await chain.get(device.device))?.sequence !== head?.sequence) throw new DraftMoved(draft.id);
    await outbox.put({ ...envelope, sequence: row.sequence });
    await chain.put({ device: device.device, sequence: row.sequence, previous: row.record });
    await sealed.put(row);
    await drafts.delete(draft.id);
  });
}
