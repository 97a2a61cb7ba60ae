import { beforeEach, describe, expect, it } from "vitest";
import { Tablet } from "./tablet";
import { FORM } from "./consultation";
import { arrive, freshReplica } from "../central/replica";
import { CentralReader } from "$lib/central/reader";
import type { Receipt } from "$lib/central/receipt";
import type { Replica } from "$lib/central/replica";
import { randomUuid } from "$lib/crypto/random";
import { beginDraft } from "$lib/drafts/drafts";
import { correctionOf } from "$lib/record/correction";
import { emptyOutbox, outboxSize } from "$lib/record/outbox";
import { currentRecords, lineage, readRecord, readRecords, type ReadingContext } from "$lib/record/read";
import { signRecord } from "$lib/record/sign";
import { ownSigners } from "$lib/record/signers";
import { countStandings, ownSigned, standingOf, type OwnSigned } from "$lib/record/states";
import type { SealedRow } from "$lib/store/schema";

let tablet: Tablet;
let replica: Replica;
let reader: CentralReader;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  replica = await freshReplica();
  const { database, signingKey } = tablet.organization;
  reader = await CentralReader.over({ replica, database, signing_key: signingKey });
});

async function sign(changes: Parameters<Tablet["signable"]>[0] = {}): Promise<SealedRow> {
  return signRecord(tablet.signing, await tablet.signable(changes));
}

async function records(): Promise<readonly OwnSigned[]> {
  return ownSigned(tablet.store, reader);
}

async function reading(): Promise<ReadingContext> {
  await arrive(replica, [await tablet.organization.device(tablet.device.device, [tablet.published])]);
  return { replica, team: tablet.team, signers: await reader.signers(tablet.team) };
}

describe("the outbox", () => {
  it("hands sealed envelopes to the replica under their own revision, and is empty then", async () => {
    const rows = [await sign(), await sign()];
    expect(await emptyOutbox(tablet.store, replica)).toBe(2);
    expect(await outboxSize(tablet.store)).toBe(0);
    const held = await replica.allDocs({ keys: rows.map(({ envelope }) => envelope) });
    expect(held.rows).toMatchObject(
      rows.map(({ envelope }) => ({ value: { rev: `1-${envelope.slice(1, 33)}` } })),
    );
  });

  it("may hand over again what the replica already has", async () => {
    await sign();
    const rows = await tablet.store.read(["outbox"], async ({ outbox }) => outbox.all());
    await emptyOutbox(tablet.store, replica);
    await tablet.store.write(["outbox"], async ({ outbox }) => {
      for (const row of rows) await outbox.put(row);
    });
    expect(await emptyOutbox(tablet.store, replica)).toBe(1);
    expect((await replica.allDocs({ startkey: "e", endkey: "f" })).rows).toHaveLength(1);
  });

  it("keeps what the replica did not take", async () => {
    await sign();
    const deaf: Replica = {
      allDocs: (options) => replica.allDocs(options),
      bulkDocs: () => Promise.resolve([]),
    };
    expect(await emptyOutbox(tablet.store, deaf)).toBe(0);
    expect(await outboxSize(tablet.store)).toBe(1);
  });
});

describe("where a record stands", () => {
  const receipt = (changes: Partial<Receipt>): Receipt => ({
    envelope: "e",
    record: "ours",
    state: "integrated",
    turn: null,
    reasons: [],
    at: "2026-11-23T10:00:00.000+01:00",
    sealedMessage: null,
    ...changes,
  });

  it.each([
    ["no receipt", undefined, "on-tablet"],
    ["integrated, ours", receipt({}), "integrated"],
    ["integrated, another record", receipt({ record: "another" }), "on-tablet"],
    ["integrated, no record", receipt({ record: null }), "on-tablet"],
    ["to correct, ours", receipt({ state: "to_correct" }), "to-correct"],
    ["to correct, another record", receipt({ state: "to_correct", record: "another" }), "on-tablet"],
    ["received, ours", receipt({ state: "received" }), "received"],
    ["received, not opened yet", receipt({ state: "received", record: null }), "received"],
    ["quarantined, never opened", receipt({ state: "quarantined", record: null }), "quarantined"],
    ["quarantined, another record", receipt({ state: "quarantined", record: "another" }), "on-tablet"],
  ] as const)("with %s: %s", (_, given, state) => {
    expect(standingOf("ours", given).state).toBe(state);
  });

  it("is on the tablet until a receipt says otherwise, even once it is in the replica", async () => {
    await sign();
    await emptyOutbox(tablet.store, replica);
    expect(countStandings(await records())).toMatchObject({ waiting: 1, integrated: 0 });
  });

  it("follows central's receipts, known without opening anything", async () => {
    const [one, two, three] = [await sign(), await sign(), await sign()];
    await arrive(replica, [
      await tablet.organization.receipt(one.envelope, one.record),
      await tablet.organization.receipt(two.envelope, two.record, { state: "to_correct", turn: "author" }),
    ]);
    tablet.open.drop();
    const own = await records();
    expect(own.map(({ row }) => row.sequence)).toEqual([3, 2, 1]);
    expect(own.map(({ state, turn }) => [state, turn])).toEqual([
      ["on-tablet", null],
      ["to-correct", "author"],
      ["integrated", null],
    ]);
    expect(own[0]?.row.envelope).toBe(three.envelope);
    expect(countStandings(own)).toEqual({ waiting: 1, received: 0, integrated: 1, toCorrect: 1, blocked: 0 });
  });

  it("is nobody's turn any more once its correction was signed here", async () => {
    const first = await sign();
    await arrive(replica, [
      await tablet.organization.receipt(first.envelope, first.record, {
        state: "to_correct",
        turn: "author",
      }),
    ]);
    const second = await sign({ replaces: { record: first.envelope, reason: "Tension mal saisie" } });
    const own = await records();
    expect(own.map(({ replacedBy }) => replacedBy)).toEqual([null, second.envelope]);
    expect(countStandings(own)).toMatchObject({ waiting: 1, toCorrect: 0 });
  });
});

describe("a team's record", () => {
  it("is read with its author's name, its answers and its visit", async () => {
    const row = await sign();
    await emptyOutbox(tablet.store, replica);
    const { records: read, refused } = await readRecords(await reading(), [
      row.envelope,
      `e${"0".repeat(64)}`,
    ]);
    expect(refused).toEqual([]);
    expect(read).toHaveLength(1);
    expect(read[0]).toMatchObject({
      envelope: row.envelope,
      record: row.record,
      author: { name: "Claire Infirmière", member: tablet.open.member },
      response: { resourceType: "QuestionnaireResponse" },
    });
  });

  it("of this tablet is believed before central published its slot", async () => {
    const { enrolment } = tablet.device;
    const { open, published } = tablet;
    if (enrolment === null) throw new Error("not enrolled");
    await tablet.store.write(["slots"], async ({ slots }) => {
      const slot = {
        slot: open.slot,
        member: open.member,
        device: published.device,
        signing_key: published.key,
      };
      await slots.put({ ...slot, state: "pending", created_at: "" } as never);
      await slots.put({ ...slot, slot: "left", member: "someone who left", created_at: "" } as never);
    });
    const own = await ownSigners(tablet.store, enrolment);
    expect(own).toEqual([{ ...published, profession: "infirmier", status: "pending" }]);
    const row = await sign();
    await emptyOutbox(tablet.store, replica);
    const context = { replica, team: tablet.team, signers: await reader.signers(tablet.team, own) };
    expect((await readRecords(context, [row.envelope])).records).toHaveLength(1);
  });

  it("that is not believed is listed, and leaves the others", async () => {
    const row = await sign();
    await emptyOutbox(tablet.store, replica);
    const { team } = await reading();
    const nobody = { replica, team, signers: await reader.signers(team, []) };
    const bad = `e${"1".repeat(64)}`;
    await arrive(replica, [{ _id: bad, _rev: `1-${"1".repeat(32)}`, jwe: "{}" }]);
    const { records: read, refused } = await readRecords(nobody, [bad, row.envelope]);
    expect(read).toHaveLength(1);
    expect(refused).toEqual([{ envelope: bad, failure: "id-mismatch" }]);
  });

  it("is corrected from its own answers, in its own form version, for the same visit", async () => {
    const row = await sign();
    const outbox = await tablet.store.read(["outbox"], async (rows) => rows.outbox.get(row.envelope));
    const context = await reading();
    const record = await readRecord({ _id: outbox?._id, _rev: outbox?._rev, jwe: outbox?.jwe }, context);
    tablet.clock.advance(86_400);
    const start = correctionOf(record, { id: randomUuid(), form: FORM, stop: tablet.stop, reason: "Erreur" });
    const stored = await beginDraft(tablet.drafts, tablet.open, start);
    expect(stored.draft).toMatchObject({
      visit: row.visit,
      form: record.payload.form,
      replaces: { record: row.envelope, reason: "Erreur" },
      period: record.period,
    });
    const answers = stored.draft.answers;
    expect(Object.keys(answers).sort()).toEqual(Object.keys(tablet.answers).sort());
    const corrected = await signRecord(tablet.signing, { stored, form: FORM, answers });
    expect(corrected).toMatchObject({ replaces: row.envelope, visit: row.visit, sequence: 2 });
  });
});

describe("a chain of corrections", () => {
  const known = [
    { envelope: "third", replaces: "second" },
    { envelope: "first", replaces: null },
    { envelope: "second", replaces: "first" },
    { envelope: "rival", replaces: "first" },
    { envelope: "other", replaces: null },
    { envelope: "orphan", replaces: "not here" },
  ];

  it("is found from any of its records, oldest first, two corrections of one both kept", () => {
    for (const from of ["first", "second", "third", "rival"]) {
      expect(lineage(known, from).map(({ envelope }) => envelope)).toEqual([
        "first",
        "second",
        "rival",
        "third",
      ]);
    }
  });

  it("stops where a record is not here", () => {
    expect(lineage(known, "orphan").map(({ envelope }) => envelope)).toEqual(["orphan"]);
    expect(lineage(known, "unknown")).toEqual([]);
  });

  it("leaves current those that nothing replaces", () => {
    expect(currentRecords(known).map(({ envelope }) => envelope)).toEqual([
      "third",
      "rival",
      "other",
      "orphan",
    ]);
  });
});
