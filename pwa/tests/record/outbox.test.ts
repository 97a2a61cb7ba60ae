import { beforeEach, describe, expect, it } from "vitest";
import { Tablet } from "./tablet";
import { freshReplica } from "../central/replica";
import { documentsOf, envelopeIds, type Replica } from "$lib/central/replica";
import { randomUuid } from "$lib/crypto/random";
import { signNotice } from "$lib/notice/sign";
import { withOutbox } from "$lib/record/holding";
import { emptyOutbox, nextPiece, outboxSize, pieceSent } from "$lib/record/outbox";
import { signRecord } from "$lib/record/sign";
import type { SealedRow } from "$lib/store/schema";

let tablet: Tablet;
let replica: Replica;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  replica = await freshReplica();
});

const record = async (): Promise<SealedRow> => signRecord(tablet.signing, await tablet.signable());

async function piece(number: number): Promise<SealedRow> {
  return signNotice(tablet.signing, {
    campaign: tablet.stop.campaign,
    stop: tablet.stop.id,
    body: {
      kind: "photo",
      visit: randomUuid(),
      photo: randomUuid(),
      link_id: "history.photo",
      media_type: "image/jpeg",
      width: 10,
      height: 10,
      digest: "d".repeat(64),
      piece: number,
      pieces: 2,
      data: "_9j_",
      restricted: false,
    },
  });
}

describe("photos in the outbox", () => {
  it("stay there when records are handed over", async () => {
    const photo = await piece(0);
    const sealed = await record();
    expect(await emptyOutbox(tablet.store, replica)).toBe(1);
    expect(await envelopeIds(replica)).toEqual([sealed.envelope]);
    expect((await nextPiece(tablet.store, new Set()))?._id).toBe(photo.envelope);
  });

  it("wait while a record has not been handed over, whoever was first", async () => {
    await piece(0);
    await record();
    expect(await nextPiece(tablet.store, new Set())).toBeNull();
  });

  it("go by their place in the chain, those refused left aside", async () => {
    const [first, second] = [await piece(0), await piece(1)];
    expect((await nextPiece(tablet.store, new Set()))?._id).toBe(first.envelope);
    expect((await nextPiece(tablet.store, new Set([first.envelope])))?._id).toBe(second.envelope);
    expect(await nextPiece(tablet.store, new Set([first.envelope, second.envelope]))).toBeNull();
  });

  it("are in the replica once the node has them, however often that is said", async () => {
    const photo = await piece(0);
    await pieceSent(tablet.store, replica, photo.envelope);
    await pieceSent(tablet.store, replica, photo.envelope);
    expect(await outboxSize(tablet.store)).toBe(0);
    expect(await envelopeIds(replica)).toEqual([photo.envelope]);
  });

  it("are read by their own tablet before they leave", async () => {
    const photo = await piece(0);
    const sealed = await record();
    await emptyOutbox(tablet.store, replica);
    const whole = withOutbox(replica, tablet.store);
    expect((await envelopeIds(whole)).sort()).toEqual([photo.envelope, sealed.envelope].sort());
    const documents = await documentsOf(whole, [sealed.envelope, photo.envelope, `e${"0".repeat(64)}`]);
    expect(documents.map(({ _id }) => _id)).toEqual([sealed.envelope, photo.envelope]);
  });
});
