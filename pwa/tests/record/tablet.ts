/** An enrolled tablet with one open slot, a published form and a complete set of answers. */
import { Organization, type PublishedSlot } from "../central/organization";
import { FLAT, FORM } from "./consultation";
import { HandClock, freshStore } from "../store/fresh";
import type { TeamKeys } from "$lib/central/keyring";
import {
  exportPublic,
  generateAgreementKeys,
  generateSigningKeys,
  importWrapping,
  thumbprint,
  type PublicJwk,
} from "$lib/crypto/jwk";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import type { StoredDraft } from "$lib/drafts/draft";
import { beginDraft, type DraftContext, type DraftStart } from "$lib/drafts/drafts";
import type { Answers } from "$lib/forms/answers";
import type { SigningContext } from "$lib/record/chain";
import type { Signable } from "$lib/record/sign";
import type { Store } from "$lib/store/database";
import { establishDevice, saveEnrolment, type DeviceRow } from "$lib/store/device";
import { processLocks } from "$lib/store/locks";
import type { Slot } from "$lib/vault/slot";
import { OpenSlot } from "$lib/vault/open-slot";

/** A slot with keys drawn for the test, open, without the cost of a passphrase. */
export async function openSlotFor(
  member: string,
  device: string,
  team: TeamKeys,
  name = "Claire Infirmière",
): Promise<{ open: OpenSlot; published: PublishedSlot; agreementKey: PublicJwk }> {
  const signing = await generateSigningKeys(true);
  const agreement = await generateAgreementKeys();
  const key = await exportPublic(signing.publicKey);
  const agreementKey = await exportPublic(agreement.publicKey);
  const open = new OpenSlot(randomUuid(), member, {
    signing: { kid: await thumbprint(key), key: signing.privateKey },
    agreement: { kid: await thumbprint(agreementKey), key: agreement.privateKey },
    vault: await importWrapping(randomBytes(32)),
    pin: { salt: "", digest: "" },
  });
  open.learn(team);
  return { open, published: { device, slot: open.slot, member, name, key }, agreementKey };
}

/** What is read of a slot's row when something is sealed to the slot; its vault is not opened here. */
export async function keepSlot(store: Store, open: OpenSlot, agreement_key: PublicJwk): Promise<void> {
  const row = { slot: open.slot, member: open.member, agreement_key, agreement_kid: open.agreement.kid };
  await store.write(["slots"], async ({ slots }) => slots.put(row as unknown as Slot));
}

export class Tablet {
  readonly clock = new HandClock();
  readonly locks = processLocks();

  private constructor(
    readonly organization: Organization,
    readonly store: Store,
    readonly device: DeviceRow,
    readonly team: TeamKeys,
    readonly open: OpenSlot,
    readonly published: PublishedSlot,
  ) {}

  static async enrolled(store?: Store): Promise<Tablet> {
    const organization = await Organization.found();
    const own = store ?? (await freshStore());
    const member = randomUuid();
    await establishDevice(own, randomUuid);
    const device = await saveEnrolment(own, {
      organization: {
        id: organization.id,
        title: "CPTS des Monts",
        signing_key: organization.signingKey,
        encryption_key: organization.encryptionKey,
      },
      team: { id: organization.team, title: "Le bus" },
      campaign: { id: organization.campaign, title: "Médicobus" },
      database: organization.database,
      members: [{ id: member, name: "Claire Infirmière", profession: "infirmier" }],
      sync_url: "http://localhost:8000/sync",
    });
    const team = await organization.teamKeys();
    const { open, published, agreementKey } = await openSlotFor(member, device.device, team);
    await keepSlot(own, open, agreementKey);
    return new Tablet(organization, own, device, team, open, published);
  }

  get drafts(): DraftContext {
    const keys = { team: this.team, organization: this.organization.encryption };
    return { store: this.store, keys, clock: this.clock.read };
  }

  get signing(): SigningContext {
    return {
      store: this.store,
      locks: this.locks,
      clock: this.clock.read,
      uuid: randomUuid,
      device: this.device,
      open: this.open,
      clock_offset_ms: -1200,
      evaluator: "escale-pwa/0.1.0 fhirpath.js/5.2.2",
    };
  }

  get stop(): DraftStart["stop"] {
    return {
      id: "6d1f2c5e-0a01-4b6e-8a01-000000000001",
      campaign: this.organization.campaign,
      campaign_title: "Médicobus",
      name: "Belmont-de-la-Loire, place de l’église",
      commune: "42015",
      latitude: 46.16,
      longitude: 4.35,
      date: "2026-11-23",
      opens: "09:00",
      closes: "12:30",
      on_duty: [],
      cancelled: false,
      slots: [],
    };
  }

  /** A new draft of the open slot's member; `changes` replace members of its start. */
  async draft(changes: Partial<DraftStart> = {}): Promise<StoredDraft> {
    return beginDraft(this.drafts, this.open, {
      id: randomUuid(),
      organization: this.organization.id,
      visit: randomUuid(),
      stop: this.stop,
      expected: null,
      form: { url: FORM.url, version: FORM.version, digest: "d".repeat(64) },
      answers: this.answers,
      ...changes,
    });
  }

  /** A full consultation, answered by the open slot's member. */
  get answers(): Answers {
    return Object.fromEntries(
      Object.entries(FLAT).map(([linkId, answer]) => [linkId, { ...answer, by: this.open.member }]),
    );
  }

  /** A draft ready to be signed. */
  async signable(changes: Partial<DraftStart> = {}): Promise<Signable> {
    const stored = await this.draft(changes);
    return { stored, form: FORM, answers: stored.draft.answers };
  }
}
