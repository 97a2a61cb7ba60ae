import { beforeEach, describe, expect, it, vi } from "vitest";
import { openSlotFor, Tablet } from "./tablet";
import { FORM } from "./consultation";
import { published } from "../forms/flat";
import { SignerDirectory } from "$lib/central/devices";
import { randomUuid } from "$lib/crypto/random";
import { handOver, listDrafts, saveDraft } from "$lib/drafts/drafts";
import { DraftGone, DraftMoved } from "$lib/drafts/errors";
import { openEnvelope } from "$lib/envelope/open";
import { isRecord } from "$lib/envelope/payload";
import { verifyEnvelope, type VerifiedEnvelope } from "$lib/envelope/verify";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { SigningError } from "$lib/record/errors";
import { signRecord, type Signable } from "$lib/record/sign";
import { StorageFull } from "$lib/store/errors";
import type { OutboxRow, SealedRow } from "$lib/store/schema";

let tablet: Tablet;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
});

async function outbox(): Promise<OutboxRow[]> {
  const rows = await tablet.store.read(["outbox"], async (stores) => stores.outbox.all());
  return rows.sort((one, other) => one.sequence - other.sequence);
}

async function believed({ _id, _rev, jwe }: OutboxRow): Promise<VerifiedEnvelope> {
  const { published } = tablet;
  const signers = await SignerDirectory.of([{ ...published, profession: "infirmier", status: "confirmed" }]);
  const opened = await openEnvelope({ _id, _rev, jwe }, tablet.team.byKeyId);
  return verifyEnvelope(opened, signers, tablet.organization.team);
}

describe("signing a draft", () => {
  it("leaves a sealed record that the team believes, and no draft", async () => {
    const signable = await tablet.signable();
    const row = await signRecord(tablet.signing, signable);
    const [sealed] = await outbox();
    expect((await listDrafts(tablet.drafts, tablet.team)).drafts).toEqual([]);
    expect(sealed?._id).toBe(row.envelope);
    if (sealed === undefined) return;
    const { record, payload } = await believed(sealed);
    expect(record).toBe(row.record);
    expect(payload).toMatchObject({
      organization: tablet.organization.id,
      campaign: tablet.organization.campaign,
      team: tablet.organization.team,
      stop: tablet.stop.id,
      visit: signable.stored.draft.visit,
      device: tablet.device.device,
      slot: tablet.open.slot,
      member: tablet.open.member,
      sequence: 1,
      previous: null,
      clock_offset_ms: -1200,
      replaces: null,
    });
  });

  it("names nobody in what is said about an act, which asks nobody who they are", async () => {
    const signable = await tablet.signable();
    await signRecord(tablet.signing, { ...signable, form: { ...FORM, use: "act" } });
    const [sealed] = await outbox();
    const payload = sealed === undefined ? null : (await believed(sealed)).payload;
    const types =
      payload !== null && isRecord(payload)
        ? payload.content.entry.map(({ resource }) => resource.resourceType)
        : [];
    expect(types).not.toContain("Patient");
    expect(types).toContain("QuestionnaireResponse");
  });

  it("chains each record to the one before (wire §2)", async () => {
    const rows: SealedRow[] = [];
    for (let each = 0; each < 3; each += 1)
      rows.push(await signRecord(tablet.signing, await tablet.signable()));
    const payloads = await Promise.all((await outbox()).map(async (row) => (await believed(row)).payload));
    expect(payloads.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(payloads.map(({ previous }) => previous)).toEqual([null, rows[0]?.record, rows[1]?.record]);
  });

  it("gives two signatures at once two sequences", async () => {
    const signables = [await tablet.signable(), await tablet.signable(), await tablet.signable()];
    const rows = await Promise.all(signables.map(async (each) => signRecord(tablet.signing, each)));
    expect(rows.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3]);
  });

  it("never makes two records of one sequence, even where locks do nothing", async () => {
    const locks = { exclusive: <T>(_: string, work: () => Promise<T>): Promise<T> => work() };
    const signables = [await tablet.signable(), await tablet.signable()];
    const signed = await Promise.allSettled(
      signables.map(async (each) => signRecord({ ...tablet.signing, locks }, each)),
    );
    expect(signed.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await outbox()).toHaveLength(1);
    expect((await listDrafts(tablet.drafts, tablet.team)).drafts).toHaveLength(1);
  });

  it("twice answers the record it became the first time", async () => {
    const signable = await tablet.signable();
    const both = await Promise.all([
      signRecord(tablet.signing, signable),
      signRecord(tablet.signing, signable),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(await outbox()).toHaveLength(1);
  });

  it("names the record that a correction replaces, and why", async () => {
    const first = await signRecord(tablet.signing, await tablet.signable());
    const replaces = { record: first.envelope, reason: "Tension mal saisie" };
    const row = await signRecord(tablet.signing, await tablet.signable({ replaces }));
    expect(row.replaces).toBe(first.envelope);
    const [, second] = await outbox();
    expect(second && (await believed(second)).payload).toMatchObject({ replaces });
  });
});

describe("the correction of a restricted record", () => {
  const LATEST = parseQuestionnaire(published("medicobus-consultation.v1.1.0.json"));
  const replaces = { record: "e".padEnd(65, "0"), reason: "Date de naissance" };
  const by = { at: "2026-11-23T09:40:00.000+01:00" };

  /** The correction of a record; `secrecy`: what it answers to the minor's question, `null` when it is not asked. */
  async function correction(secrecy: boolean | null, replaces_restricted = true): Promise<Signable> {
    const { stored, answers } = await tablet.signable({ replaces, replaces_restricted });
    const answer = { kind: "values" as const, values: [secrecy ?? false], by: tablet.open.member, ...by };
    const asked = secrecy === null ? {} : { "representative.secrecy": answer };
    return { stored, form: LATEST, answers: { ...answers, ...asked } };
  }

  it("stays restricted without a word more", async () => {
    await signRecord(tablet.signing, await correction(true));
    const [sealed] = await outbox();
    expect(sealed && sealedTo(sealed)).toBe("ECDH-ES+A256KW");
  });

  it.each([null, false])("is not signed for the team to read: secrecy %s", async (secrecy) => {
    const signable = await correction(secrecy);
    await expect(signRecord(tablet.signing, signable)).rejects.toMatchObject({ code: "secrecy-lifted" });
    expect(await outbox()).toEqual([]);
    expect((await listDrafts(tablet.drafts, tablet.team)).drafts).toHaveLength(1);
  });

  it("is signed for the team to read once that was confirmed", async () => {
    await signRecord(tablet.signing, { ...(await correction(false)), secrecyLifted: true });
    const [sealed] = await outbox();
    expect(sealed && sealedTo(sealed)).toBe("A256KW");
  });

  it("is known as one from the draft alone, once handed over too", async () => {
    const { stored } = await correction(true);
    const { open } = await openSlotFor(randomUuid(), tablet.device.device, tablet.team);
    await handOver(tablet.drafts, stored, open, tablet.open.member);
    const [draft] = (await listDrafts(tablet.drafts, tablet.team)).drafts;
    expect(draft?.draft.replaces_restricted).toBe(true);
  });

  it("asks nothing of the correction of a record that the team reads", async () => {
    await expect(signRecord(tablet.signing, await correction(false, false))).resolves.toBeDefined();
  });
});

/** Algorithm of the first recipient: the team's key, or a slot's. */
function sealedTo({ jwe }: OutboxRow): unknown {
  const { recipients } = JSON.parse(jwe) as { recipients: readonly { header: { alg: string } }[] };
  return recipients[0]?.header.alg;
}

describe("signing is refused, the draft untouched,", () => {
  async function refused(signable: Signable, changes: object = {}): Promise<unknown> {
    const failure: unknown = await signRecord({ ...tablet.signing, ...changes }, signable).catch(
      (error: unknown) => error,
    );
    expect((await listDrafts(tablet.drafts, tablet.team)).drafts).toHaveLength(1);
    expect(await outbox()).toEqual([]);
    return failure;
  }

  it("for a teammate's draft that was not handed over", async () => {
    const { open } = await openSlotFor(randomUuid(), tablet.device.device, tablet.team);
    expect(await refused(await tablet.signable(), { open })).toMatchObject({ code: "not-owner" });
  });

  it("before the enrolment is confirmed", async () => {
    const device = { ...tablet.device, enrolment: null };
    expect(await refused(await tablet.signable(), { device })).toMatchObject({ code: "not-enrolled" });
  });

  it("for a draft that another tab saved since", async () => {
    const signable = await tablet.signable();
    await saveDraft(tablet.drafts, signable.stored);
    expect(await refused(signable)).toBeInstanceOf(DraftMoved);
  });

  it("when what would be signed is no payload", async () => {
    const failure = await refused(await tablet.signable(), { evaluator: "" });
    expect(failure).toBeInstanceOf(SigningError);
    expect(failure).toMatchObject({ code: "invalid" });
  });

  it("when the disk is full", async () => {
    const signable = await tablet.signable();
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    expect(await refused(signable)).toBeInstanceOf(StorageFull);
    put.mockRestore();
    await expect(signRecord(tablet.signing, signable)).resolves.toMatchObject({ sequence: 1 });
  });

  it("when the slot was locked meanwhile", async () => {
    const signable = await tablet.signable();
    tablet.open.drop();
    expect(await refused(signable)).toMatchObject({ message: "slot locked" });
  });
});

describe("a draft that changed hands", () => {
  it("is signed by the one who holds it, the other named for what they answered", async () => {
    const doctor = await openSlotFor(randomUuid(), tablet.device.device, tablet.team, "Dr Martin");
    const signable = await tablet.signable();
    const stored = await handOver(tablet.drafts, signable.stored, doctor.open, tablet.open.member);
    const answers = {
      ...signable.answers,
      "conclusion.notes": { ...signable.answers["conclusion.notes"], by: doctor.open.member } as never,
    };
    await signRecord({ ...tablet.signing, open: doctor.open }, { stored, form: FORM, answers });
    const [row] = await outbox();
    const signers = await SignerDirectory.of([
      { ...doctor.published, profession: "medecin", status: "confirmed" },
    ]);
    const opened = await openEnvelope({ _id: row?._id, _rev: row?._rev, jwe: row?.jwe }, tablet.team.byKeyId);
    const { payload } = await verifyEnvelope(opened, signers, tablet.organization.team);
    const provenance = isRecord(payload) ? payload.content.entry.at(-1)?.resource : null;
    expect(provenance).toMatchObject({
      resourceType: "Provenance",
      agent: [
        { who: { reference: `urn:uuid:${doctor.open.member}` } },
        { who: { reference: `urn:uuid:${tablet.open.member}` } },
      ],
    });
  });
});

describe("a kill while signing", () => {
  /**
   * Everything signing awaits is a WebCrypto or an IndexedDB call. Each run lets one more of them pass, then the power
   * goes: that call and all that follow fail, and a transaction that was not complete is undone.
   */
  function cutPowerAfter(calls: number): { calls: () => number; restore: () => void } {
    let made = 0;
    const cut = (): void => {
      made += 1;
      if (made > calls) throw new Error("power cut");
    };
    const subtle = [
      "sign",
      "digest",
      "encrypt",
      "importKey",
      "exportKey",
      "generateKey",
      "deriveBits",
      "wrapKey",
    ] as const;
    const rows = ["get", "put", "delete"] as const;
    const spies = [
      ...subtle.map((name) => around(crypto.subtle, name, cut)),
      ...rows.map((name) => around(IDBObjectStore.prototype, name, cut)),
    ];
    return {
      calls: () => made,
      restore: () => {
        spies.forEach((restore) => {
          restore();
        });
      },
    };
  }

  function around(target: object, name: string, before: () => void): () => void {
    const holder = target as Record<string, (...given: unknown[]) => unknown>;
    const original = holder[name] as (...given: unknown[]) => unknown;
    const spy = vi.spyOn(holder, name).mockImplementation(function (this: unknown, ...given) {
      before();
      return original.apply(this, given);
    });
    return () => {
      spy.mockRestore();
    };
  }

  it("at any call leaves either the draft or the record, never both gone, never a broken chain", async () => {
    const first = cutPowerAfter(Number.POSITIVE_INFINITY);
    await signRecord(tablet.signing, await tablet.signable());
    const whole = first.calls();
    first.restore();
    expect(whole).toBeGreaterThan(10);
    for (let calls = 0; calls <= whole; calls += 1) {
      const signable = await tablet.signable();
      const before = (await outbox()).length;
      const power = cutPowerAfter(calls);
      await signRecord(tablet.signing, signable).catch(() => undefined);
      power.restore();
      const draft = (await listDrafts(tablet.drafts, tablet.team)).drafts.length;
      expect({ calls, kept: draft + (await outbox()).length }).toEqual({ calls, kept: before + 1 });
      await signRecord(tablet.signing, signable);
    }
    const payloads = await Promise.all((await outbox()).map(async (row) => (await believed(row)).payload));
    expect(payloads.map(({ sequence }) => sequence)).toEqual(payloads.map((_, index) => index + 1));
  });

  it("right after the commit is answered by the record when the page comes back", async () => {
    const signable = await tablet.signable();
    const row = await signRecord(tablet.signing, signable);
    expect(await signRecord(tablet.signing, signable)).toEqual(row);
    await tablet.store.write(["sealed"], async ({ sealed }) => sealed.delete(row.envelope));
    await expect(signRecord(tablet.signing, signable)).rejects.toBeInstanceOf(DraftGone);
  });
});
