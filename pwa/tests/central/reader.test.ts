import { beforeEach, describe, expect, it } from "vitest";
import { Organization } from "./organization";
import { arrive, freshReplica } from "./replica";
import { openSlotFor } from "../record/tablet";
import { sha256Hex } from "$lib/crypto/digest";
import { exportPublic, generateAgreementKeys } from "$lib/crypto/jwk";
import { randomUuid } from "$lib/crypto/random";
import { centralId } from "$lib/central/document";
import { CentralReader } from "$lib/central/reader";
import { openMessage } from "$lib/central/receipt";
import type { Replica } from "$lib/central/replica";

const ENVELOPE = `e${"a".repeat(64)}`;
const RECORD = "b".repeat(64);
const FORM = { url: "https://escale.example/fhir/Questionnaire/test", version: "1.0.0" };

let organization: Organization;
let replica: Replica;
let reader: CentralReader;

beforeEach(async () => {
  organization = await Organization.found(2);
  replica = await freshReplica();
  const { database, signingKey } = organization;
  reader = await CentralReader.over({ replica, database, signing_key: signingKey });
});

describe("a central document", () => {
  it("lies under an id made of its type and key (wire §4)", async () => {
    expect(await centralId("receipt", ENVELOPE)).toBe(
      `c${(await sha256Hex(`receipt:${ENVELOPE}`)).slice(0, 40)}`,
    );
  });

  it("is not believed from another signer", async () => {
    const other = await Organization.found();
    const open = {
      envelope: ENVELOPE,
      record: RECORD,
      state: "integrated",
      turn: null,
      reasons: [],
      at: "2026",
    };
    const jws = await organization.sign({ type: "receipt", key: ENVELOPE, open }, other.signing);
    await arrive(replica, [{ _id: await centralId("receipt", ENVELOPE), jws }]);
    expect((await reader.receipts([ENVELOPE])).size).toBe(0);
    expect(reader.refused).toMatchObject([{ failure: "signature-invalid" }]);
  });

  it("is not believed when it was moved under another id or database", async () => {
    const genuine = await organization.receipt(`e${"c".repeat(64)}`, RECORD);
    const foreign = await organization.document("receipt", `e${"d".repeat(64)}`, { database: "another" });
    await arrive(replica, [{ ...genuine, _id: await centralId("receipt", ENVELOPE) }, foreign]);
    expect((await reader.receipts([ENVELOPE, `e${"d".repeat(64)}`])).size).toBe(0);
    expect(reader.refused.map(({ failure }) => failure).sort()).toEqual(["database-mismatch", "id-mismatch"]);
  });

  it("that is malformed leaves the others readable", async () => {
    const bad = { _id: await centralId("receipt", ENVELOPE), jws: "not a JWS" };
    const good = `e${"c".repeat(64)}`;
    await arrive(replica, [bad, await organization.receipt(good, RECORD)]);
    expect([...(await reader.receipts([ENVELOPE, good])).keys()]).toEqual([good]);
    expect(reader.refused).toMatchObject([{ failure: "malformed" }]);
  });
});

describe("a receipt", () => {
  it("is read again when central revised it", async () => {
    await arrive(replica, [await organization.receipt(ENVELOPE, RECORD, { state: "received" })]);
    expect((await reader.receipts([ENVELOPE])).get(ENVELOPE)?.state).toBe("received");
    await arrive(replica, [await organization.receipt(ENVELOPE, RECORD)], 2);
    expect((await reader.receipts([ENVELOPE])).get(ENVELOPE)?.state).toBe("integrated");
  });

  it("is readable while locked, but the reviewer's words only with a team key", async () => {
    const message = { message: "Tension à vérifier", by: "Dr Martin" };
    const changes = { state: "to_correct", turn: "author", reasons: ["reviewer"] };
    await arrive(replica, [await organization.receipt(ENVELOPE, RECORD, changes, message)]);
    const receipt = (await reader.receipts([ENVELOPE])).get(ENVELOPE);
    expect(receipt).toMatchObject({ state: "to_correct", turn: "author", reasons: ["reviewer"] });
    if (receipt === undefined) return;
    expect(await openMessage(receipt, (await organization.teamKeys()).byKeyId)).toEqual(message);
    await expect(openMessage(receipt, new Map())).rejects.toMatchObject({ code: "unknown-key" });
  });
});

describe("a key ring", () => {
  it("gives its slot every epoch, and says which seals now", async () => {
    const agreement = await generateAgreementKeys();
    const slot = randomUuid();
    await arrive(replica, [
      await organization.keyring(slot, randomUuid(), await exportPublic(agreement.publicKey)),
    ]);
    const keys = await reader.teamKeys({ slot, agreement: { kid: "agreement", key: agreement.privateKey } });
    expect(keys?.current).toBe(2);
    expect([...(keys?.byKeyId.keys() ?? [])]).toEqual([`${organization.team}.1`, `${organization.team}.2`]);
  });

  it("does not open for another slot's key", async () => {
    const [mine, other] = [await generateAgreementKeys(), await generateAgreementKeys()];
    const slot = randomUuid();
    await arrive(replica, [
      await organization.keyring(slot, randomUuid(), await exportPublic(mine.publicKey)),
    ]);
    expect(await reader.teamKeys({ slot, agreement: { kid: "other", key: other.privateKey } })).toBeNull();
    expect(reader.refused).toMatchObject([{ failure: "decryption-failed" }]);
  });

  it("is awaited, not an error, before central confirmed the slot", async () => {
    const { privateKey } = await generateAgreementKeys();
    const owner = { slot: randomUuid(), agreement: { kid: "agreement", key: privateKey } };
    expect(await reader.teamKeys(owner)).toBeNull();
    expect(reader.refused).toEqual([]);
  });
});

describe("the team", () => {
  it("is known by its device documents: who signs with which key, under which name", async () => {
    const keys = await organization.teamKeys();
    const { open, published } = await openSlotFor(randomUuid(), randomUuid(), keys, "Dr Martin");
    await arrive(replica, [await organization.device(published.device, [published])]);
    const signers = await reader.signers(keys);
    expect(signers.byKeyId(open.signing.kid)).toMatchObject({ name: "Dr Martin", member: open.member });
    expect(signers.nameOf(open.member)).toBe("Dr Martin");
    expect(signers.byKeyId("unknown")).toBeNull();
  });

  it("reads its rosters by date, whole or not at all", async () => {
    const keys = await organization.teamKeys();
    const roster = (id: string, date: string): object => ({
      stop: {
        id,
        campaign: organization.campaign,
        campaign_title: "Médicobus",
        name: "Le Crozet",
        commune: "42083",
        latitude: 46.17,
        longitude: 3.85,
        date,
        opens: "09:00",
        closes: "12:00",
      },
      form: FORM,
      team_title: "Le bus",
      expected: [{ id: "x", time: "09:10", birth_name: "DURAND", first_name: "JEAN", birth_date: null }],
    });
    await arrive(replica, [
      await organization.document("roster", "later", {
        sealed: await organization.sealed(roster("later", "2026-11-24")),
      }),
      await organization.document("roster", "first", {
        sealed: await organization.sealed(roster("first", "2026-11-23"), 1),
      }),
      await organization.document("roster", "bad", { sealed: await organization.sealed({ stop: {} }) }),
    ]);
    const rosters = await reader.rosters(keys);
    expect(rosters.map(({ stop }) => stop.id)).toEqual(["first", "later"]);
    expect(rosters[0]?.expected[0]).toMatchObject({ birth_name: "DURAND", sex: null });
    // What a roster of before the bus's day does not say is null, empty or false.
    expect(rosters[0]?.expected[0]).toMatchObject({
      person: null,
      phone: null,
      slot: null,
      cancelled: false,
    });
    expect(rosters[0]?.stop).toMatchObject({ on_duty: [], slots: [], cancelled: false });
    expect(reader.refused).toMatchObject([{ failure: "malformed" }]);
  });
});

describe("a form", () => {
  const text = '{"resourceType":"Questionnaire"}';
  const key = `${FORM.url}|${FORM.version}`;

  it("is read when its text is the one announced", async () => {
    const open = { ...FORM, digest: await sha256Hex(text), questionnaire: text };
    await arrive(replica, [await organization.document("form", key, { open })]);
    expect(await reader.form(FORM.url, FORM.version)).toEqual(open);
    expect(await reader.form(FORM.url, "2.0.0")).toBeNull();
  });

  it("is refused when its text is another", async () => {
    const open = { ...FORM, digest: await sha256Hex("another"), questionnaire: text };
    await arrive(replica, [await organization.document("form", key, { open })]);
    expect(await reader.form(FORM.url, FORM.version)).toBeNull();
    expect(reader.refused).toMatchObject([{ failure: "digest-mismatch" }]);
  });
});
