/** Signing a draft: it becomes a record in the device's chain. Signing it again answers the record it became. */
import type { Recipients } from "../crypto/jwe";
import type { Draft, StoredDraft } from "../drafts/draft";
import type { RecordPayload } from "../envelope/payload";
import { type Answers, isPhoto, valuesOf } from "../forms/answers";
import type { Form } from "../forms/form";
import { asksSecrecy } from "../forms/restriction";
import { toQuestionnaireResponse } from "../forms/response";
import { toSignRows } from "../photo/rows";
import type { Store } from "../store/database";
import type { SealedRow } from "../store/schema";
import { recordBundle } from "./bundle";
import {
  append,
  CHAIN_LOCK,
  organisationReader,
  requireReady,
  slotReader,
  type ChainPlace,
  type PhotoChange,
  type SigningContext,
} from "./chain";
import { SigningError } from "./errors";
import { identityOf, sharingAgreement } from "./identity";

/** What is signed: a draft whose writer was closed, and its answers once settled (calculated, disabled ones gone). */
export interface Signable {
  readonly stored: StoredDraft;
  readonly form: Form;
  readonly answers: Answers;
  /** Its author confirmed that what was restricted is so no more: asked when {@link liftsSecrecy} says so. */
  readonly secrecyLifted?: boolean;
}

/** Whether signing `answers` would replace a restricted record by one that the team reads. */
export function liftsSecrecy({ replaces_restricted }: Draft, form: Form, answers: Answers): boolean {
  return replaces_restricted === true && !asksSecrecy(form, answers);
}

/**
 * Sign and seal `signable`; resolves once the record is durable, with what is known of it while locked.
 *
 * Raises {@link SigningError}, `RecordTooLarge`, `DraftMoved`, `DraftGone`, `SlotLocked`, `StorageFull`: in every case
 * the draft is untouched.
 */
export async function signRecord(context: SigningContext, signable: Signable): Promise<SealedRow> {
  requireOwn(context, signable);
  requireSecrecyKept(signable);
  return context.locks.exclusive(CHAIN_LOCK, async () => {
    const earlier = await alreadySealed(context.store, signable.stored.draft.id);
    if (earlier !== undefined) return earlier;
    return append(context, {
      payload: (place) => payloadAt(place, context, signable),
      draft: signable.stored,
      photos: await photosOf(context, signable),
    });
  });
}

/** The photos that the record names, sealed again for whoever signs their pieces after it. */
async function photosOf(context: SigningContext, { stored, form, answers }: Signable): Promise<PhotoChange> {
  const { enrolment, team } = requireReady(context);
  const { draft } = stored;
  const restricted = asksSecrecy(form, answers);
  const named = Object.entries(answers).flatMap(([link_id, answer]) =>
    valuesOf(answer)
      .filter(isPhoto)
      .map((photo) => ({
        photo,
        link_id,
        campaign: draft.campaign,
        stop: draft.stop.id,
        visit: draft.visit,
        restricted,
      })),
  );
  const recipients = async (): Promise<Recipients> => ({
    reader: await slotReader(context),
    owner: await organisationReader(enrolment),
  });
  const to = { slot: context.open.slot, recipients };
  return toSignRows(context.store, { team }, to, draft.id, named);
}

function requireOwn(context: SigningContext, { stored: { draft } }: Signable): void {
  const { team } = requireReady(context);
  if (draft.owner !== context.open.member) throw new SigningError("not-owner");
  if (draft.team !== team.team) throw new SigningError("other-team");
}

function requireSecrecyKept({ stored: { draft }, form, answers, secrecyLifted }: Signable): void {
  if (secrecyLifted !== true && liftsSecrecy(draft, form, answers)) throw new SigningError("secrecy-lifted");
}

async function alreadySealed(store: Store, draft: string): Promise<SealedRow | undefined> {
  return store.read(["sealed"], async ({ sealed }) => sealed.find("draft", draft));
}

function payloadAt(
  place: ChainPlace,
  { uuid, evaluator }: SigningContext,
  { stored: { draft }, form, answers }: Signable,
): RecordPayload {
  const { member, signed_at } = place;
  const status = draft.replaces === null ? "completed" : "amended";
  const content = recordBundle(
    {
      identity: form.use === "act" ? null : identityOf(answers),
      visit: draft.visit,
      period: { start: draft.period.start, end: draft.period.end ?? signed_at },
      stop: draft.stop.name,
      response: toQuestionnaireResponse(form, answers, { author: member, authored: signed_at, status }),
      sharing: sharingAgreement(answers),
      signer: member,
      enterers: otherAuthors(answers, member),
      signed_at,
    },
    uuid,
  );
  return {
    ...place,
    kind: "record",
    campaign: draft.campaign,
    stop: draft.stop.id,
    visit: draft.visit,
    form: draft.form,
    evaluator,
    replaces: draft.replaces,
    ...(asksSecrecy(form, answers) ? { restricted: true as const } : {}),
    content,
  };
}

function otherAuthors(answers: Answers, signer: string): string[] {
  return [...new Set(Object.values(answers).map(({ by }) => by))].filter((by) => by !== signer).sort();
}
