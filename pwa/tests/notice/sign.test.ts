import { beforeEach, describe, expect, it, vi } from "vitest";
import { Tablet } from "../record/tablet";
import { arrive, freshReplica } from "../central/replica";
import { CentralReader } from "$lib/central/reader";
import { toBase64url } from "$lib/crypto/bytes";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import { PIECE_BYTES, type Attendance, type NoticeBody } from "$lib/notice/body";
import { NoticeLedger, openLedger } from "$lib/notice/ledger";
import { signNotice } from "$lib/notice/sign";
import { SigningError } from "$lib/record/errors";
import { emptyOutbox, outboxSize, pieceSent } from "$lib/record/outbox";
import { readRecords, type ReadingContext } from "$lib/record/read";
import { signRecord } from "$lib/record/sign";
import { countStandings, ownSigned } from "$lib/record/states";
import { SearchIndex, updateSearch, yieldToPage, type SearchPlace } from "$lib/search/index";
import { StorageFull } from "$lib/store/errors";
import type { SealedRow } from "$lib/store/schema";

let tablet: Tablet;
let context: ReadingContext;
let place: SearchPlace;
let reader: CentralReader;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  const replica = await freshReplica();
  const { database, signingKey } = tablet.organization;
  place = { store: tablet.store, database };
  await arrive(replica, [await tablet.organization.device(tablet.device.device, [tablet.published])]);
  reader = await CentralReader.over({ replica, database, signing_key: signingKey });
  context = { replica, team: tablet.team, signers: await reader.signers(tablet.team) };
});

const ARRIVED: Attendance = {
  kind: "attendance",
  visit: "6d1f2c5e-0a01-4b6e-8a01-000000000009",
  status: "arrived",
  at: "2026-11-23T10:12:00.000+01:00",
  walk_in: false,
  reason: null,
  person: null,
};

/** Bytes that no compression shortens, as those of an image. */
function noise(length: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(length / 50_000) }, () => [...randomBytes(50_000)]);
  return Uint8Array.from(parts.flat().slice(0, length));
}

const sign = async (body: NoticeBody = ARRIVED): Promise<SealedRow> =>
  signNotice(tablet.signing, { campaign: tablet.stop.campaign, stop: tablet.stop.id, body });

describe("signing a notice", () => {
  it("takes the next place of the chain that records take", async () => {
    const record = await signRecord(tablet.signing, await tablet.signable());
    const notice = await sign();
    const after = await signRecord(tablet.signing, await tablet.signable());
    expect([record, notice, after].map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    await emptyOutbox(tablet.store, context.replica);
    const { records } = await readRecords(context, [after.envelope]);
    expect(records[0]?.payload.previous).toBe(notice.record);
  });

  it("leaves what the team believes, with its author and its words", async () => {
    const row = await sign();
    await emptyOutbox(tablet.store, context.replica);
    const { records, notices, refused } = await readRecords(context, [row.envelope]);
    expect({ records, refused }).toEqual({ records: [], refused: [] });
    expect(notices).toEqual([
      {
        envelope: row.envelope,
        record: row.record,
        campaign: tablet.stop.campaign,
        stop: tablet.stop.id,
        device: tablet.device.device,
        sequence: 1,
        signed_at: row.sealed_at,
        clock_offset_ms: -1200,
        author: { member: tablet.open.member, name: "Claire Infirmière", profession: "infirmier" },
        body: ARRIVED,
      },
    ]);
  });

  it("seals the largest piece of a photo", async () => {
    const row = await sign({
      kind: "photo",
      visit: ARRIVED.visit,
      photo: randomUuid(),
      link_id: "history.photo",
      media_type: "image/jpeg",
      width: 1600,
      height: 1200,
      digest: "d".repeat(64),
      piece: 0,
      pieces: 1,
      data: toBase64url(noise(PIECE_BYTES)),
      restricted: false,
    });
    const stored = await tablet.store.read(["outbox"], async ({ outbox }) => outbox.get(row.envelope));
    expect(stored?.jwe.length).toBeLessThan(400_000);
    expect(stored?.kind).toBe("photo");
  });

  it("is refused, nothing written, when it is not one of wire §2.2", async () => {
    await expect(sign({ ...ARRIVED, at: "this morning" })).rejects.toBeInstanceOf(SigningError);
    expect(await outboxSize(tablet.store)).toBe(0);
    expect((await sign()).sequence).toBe(1);
  });

  it("is refused, nothing written, when the disk is full", async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    await expect(sign()).rejects.toBeInstanceOf(StorageFull);
    put.mockRestore();
    expect((await sign()).sequence).toBe(1);
  });

  it("gives two taps at once two places, and leaves no draft index to collide in", async () => {
    const rows = await Promise.all([sign(), sign({ ...ARRIVED, status: "with_nurse" })]);
    expect(rows.map(({ sequence, draft }) => [sequence, draft])).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  it("is not counted as a record", async () => {
    await sign();
    await signRecord(tablet.signing, await tablet.signable());
    const signed = await ownSigned(tablet.store, reader);
    expect(signed.map(({ row }) => row.kind)).toEqual(["record", "attendance"]);
    expect(countStandings(signed)).toMatchObject({ waiting: 1 });
  });
});

describe("the ledger of notices", () => {
  const pace = { pause: yieldToPage };

  it("keeps notices apart from the records that are searched, and reads neither again", async () => {
    await sign();
    await signRecord(tablet.signing, await tablet.signable());
    await emptyOutbox(tablet.store, context.replica);
    const read = { index: new SearchIndex(), ledger: new NoticeLedger() };
    expect(await updateSearch(place, context, read, pace)).toEqual({ added: 1, noticed: 1, refused: [] });
    const kept = { index: read.index, ledger: await openLedger(place, tablet.team) };
    expect(kept.ledger.of("attendance").map(({ body }) => body)).toEqual([ARRIVED]);
    expect(await updateSearch(place, context, kept, pace)).toEqual({ added: 0, noticed: 0, refused: [] });
  });

  it("keeps no image", async () => {
    const row = await sign({
      kind: "photo",
      visit: ARRIVED.visit,
      photo: randomUuid(),
      link_id: "history.photo",
      media_type: "image/jpeg",
      width: 10,
      height: 10,
      digest: "d".repeat(64),
      piece: 0,
      pieces: 1,
      data: "_9j_",
      restricted: false,
    });
    await pieceSent(tablet.store, context.replica, row.envelope);
    await updateSearch(place, context, { index: new SearchIndex(), ledger: new NoticeLedger() }, pace);
    const [photo] = (await openLedger(place, tablet.team)).of("photo");
    expect(photo?.body).toMatchObject({ link_id: "history.photo", width: 10 });
    expect(photo?.body).not.toHaveProperty("data");
  });

  it("shows nothing outside its seal, and is built again when it does not open", async () => {
    await sign({ ...ARRIVED, reason: "QUETZALBRUINE" });
    await emptyOutbox(tablet.store, context.replica);
    await updateSearch(place, context, { index: new SearchIndex(), ledger: new NoticeLedger() }, pace);
    const rows = await tablet.store.read(["notices"], async ({ notices }) => notices.all());
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["database", "jwe"]);
    expect(JSON.stringify(rows)).not.toContain("QUETZALBRUINE");
    await tablet.store.write(["notices"], async ({ notices }) =>
      notices.put({ database: place.database, jwe: "damaged" }),
    );
    const ledger = await openLedger(place, tablet.team);
    expect(ledger.size).toBe(0);
    expect(await updateSearch(place, context, { index: new SearchIndex(), ledger }, pace)).toMatchObject({
      noticed: 1,
    });
  });
});
