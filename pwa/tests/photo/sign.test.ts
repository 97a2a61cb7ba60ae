import { beforeEach, describe, expect, it } from "vitest";
import { arrive, freshReplica } from "../central/replica";
import { FLAT } from "../record/consultation";
import { keepSlot, openSlotFor, Tablet } from "../record/tablet";
import { published } from "../forms/flat";
import { CentralReader } from "$lib/central/reader";
import { concatenated, type Bytes } from "$lib/crypto/bytes";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import type { StoredDraft } from "$lib/drafts/draft";
import { discardDraft, handOver, restoreDraft } from "$lib/drafts/drafts";
import type { Answers } from "$lib/forms/answers";
import type { Photo } from "$lib/forms/attachment";
import { PIECE_BYTES } from "$lib/forms/attachment";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import type { NoticeLedger } from "$lib/notice/ledger";
import { openLedger } from "$lib/notice/ledger";
import { readPhoto } from "$lib/photo/read";
import { countWaitingPhotos, keepPhoto, keptImage, waitingPhotosBySlot } from "$lib/photo/rows";
import { signWaitingPhotos } from "$lib/photo/sign";
import { withOutbox } from "$lib/record/holding";
import { readRecords, type ReadingContext } from "$lib/record/read";
import { signRecord, type Signable } from "$lib/record/sign";
import type { SearchIndex } from "$lib/search/index";
import { openSearch, updateSearch, yieldToPage } from "$lib/search/index";
import { StorageFull } from "$lib/store/errors";
import type { SealedRow } from "$lib/store/schema";

const FORM = parseQuestionnaire(published("medicobus-consultation.v1.1.0.json"));
const WOUND = "photos.wound";
const SECRECY = "representative.secrecy";

let tablet: Tablet;
let context: ReadingContext;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  const replica = await freshReplica();
  const { database, signingKey } = tablet.organization;
  await arrive(replica, [await tablet.organization.device(tablet.device.device, [tablet.published])]);
  const reader = await CentralReader.over({ replica, database, signing_key: signingKey });
  const held = withOutbox(replica, tablet.store);
  context = {
    replica: held,
    team: tablet.team,
    signers: await reader.signers(tablet.team),
    own: tablet.open,
  };
});

/** Bytes that no compression shortens, as those of an image. */
function image(length: number): Bytes {
  const parts = Array.from({ length: Math.ceil(length / 50_000) }, () => randomBytes(50_000));
  return concatenated(parts).slice(0, length);
}

async function take(stored: StoredDraft, jpeg: Bytes): Promise<Photo> {
  const draft = { id: stored.draft.id, slot: stored.slot };
  return keepPhoto(tablet.store, tablet.drafts.keys, draft, randomUuid(), {
    jpeg,
    width: 1240,
    height: 1600,
  });
}

function answered(photos: readonly Photo[], secrecy = false): Answers {
  const by = { by: tablet.open.member, at: "2026-11-23T09:40:00.000+01:00" };
  return {
    ...FLAT,
    [WOUND]: { kind: "values", values: photos, ...by },
    ...(secrecy ? { [SECRECY]: { kind: "values", values: [true], ...by } } : {}),
  };
}

const signable = (stored: StoredDraft, answers: Answers): Signable => ({ stored, form: FORM, answers });

async function pieces(): Promise<SealedRow[]> {
  const rows = await tablet.store.read(["sealed"], async ({ sealed }) => sealed.all());
  return rows.filter(({ kind }) => kind === "photo").sort((one, other) => one.sequence - other.sequence);
}

async function read(
  own = context,
): Promise<{ index: SearchIndex; ledger: NoticeLedger; confidential: Set<string> }> {
  const place = { store: tablet.store, database: tablet.organization.database };
  const all = {
    index: await openSearch(place, tablet.team),
    ledger: await openLedger(place, tablet.team),
    confidential: new Set<string>(),
  };
  await updateSearch(place, own, all, { pause: yieldToPage });
  return all;
}

describe("a photo of a draft", () => {
  it("is legible where it was taken, and by nobody outside its seal", async () => {
    const jpeg = image(1000);
    const stored = await tablet.draft();
    const photo = await take(stored, jpeg);
    expect(await keptImage(tablet.store, { team: tablet.team }, photo)).toEqual(jpeg);
    const rows = await tablet.store.read(["photos"], async ({ photos }) => photos.all());
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["draft", "jwe", "photo", "slot", "state"]);
    const stranger = { ...tablet.team, byKeyId: new Map<string, CryptoKey>() };
    expect(await keptImage(tablet.store, { team: stranger }, photo)).toBeNull();
  });

  it("follows the draft that is handed over, put aside and taken up again", async () => {
    const jpeg = image(1000);
    const first = await tablet.draft();
    const photo = await take(first, jpeg);
    const given = await handOver(tablet.drafts, first, { slot: randomUuid(), member: randomUuid() }, "x");
    const aside = await discardDraft(tablet.drafts, given, "doublon", "x");
    await restoreDraft(tablet.drafts, aside);
    expect(await keptImage(tablet.store, { team: tablet.team }, photo)).toEqual(jpeg);
  });

  it("becomes pieces after its record, and is put together again to the byte", async () => {
    const jpeg = image(PIECE_BYTES * 2 + 17);
    const stored = await tablet.draft();
    const photo = await take(stored, jpeg);
    const record = await signRecord(tablet.signing, signable(stored, answered([photo])));
    expect(await countWaitingPhotos(tablet.store)).toBe(1);
    expect([...(await waitingPhotosBySlot(tablet.store))]).toEqual([[tablet.open.slot, 1]]);
    expect(await signWaitingPhotos(tablet.signing)).toBe(3);
    expect((await pieces()).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
    expect(record.sequence).toBe(1);
    expect(await countWaitingPhotos(tablet.store)).toBe(0);
    const { ledger } = await read();
    expect(await readPhoto(context, ledger.notices, photo)).toEqual(jpeg);
  });

  it("that was taken out of the record is signed by nobody and kept no longer", async () => {
    const stored = await tablet.draft();
    const [kept, removed] = [await take(stored, image(900)), await take(stored, image(900))];
    await signRecord(tablet.signing, signable(stored, answered([kept])));
    expect(await signWaitingPhotos(tablet.signing)).toBe(1);
    expect((await pieces()).map(({ photo }) => photo)).toEqual([kept.photo]);
    expect(await keptImage(tablet.store, { team: tablet.team }, removed)).toBeNull();
  });
});

describe("a kill between the record and its photos", () => {
  it.each([0, 1, 2])("after %d pieces loses none and signs none twice", async (before) => {
    const jpeg = image(PIECE_BYTES * 3);
    const stored = await tablet.draft();
    const photo = await take(stored, jpeg);
    await signRecord(tablet.signing, signable(stored, answered([photo])));
    const { signing } = tablet;
    let left = before;
    const full = { ...signing, clock: () => (left-- > 0 ? signing.clock() : fail()) };
    await expect(signWaitingPhotos(full)).rejects.toThrow(StorageFull);
    expect(await pieces()).toHaveLength(before);
    await signWaitingPhotos(tablet.signing);
    expect(await pieces()).toHaveLength(3);
    expect(await readPhoto(context, (await read()).ledger.notices, photo)).toEqual(jpeg);
    expect(await signWaitingPhotos(tablet.signing)).toBe(0);
  });

  it("after the last piece and before its row is forgotten, signs nothing again", async () => {
    const stored = await tablet.draft();
    const photo = await take(stored, image(1000));
    await signRecord(tablet.signing, signable(stored, answered([photo])));
    const row = await tablet.store.read(["photos"], async ({ photos }) => photos.get(photo.photo));
    if (row === undefined) throw new Error("no row");
    await signWaitingPhotos(tablet.signing);
    await tablet.store.write(["photos"], async ({ photos }) => photos.put(row));
    expect(await signWaitingPhotos(tablet.signing)).toBe(0);
    expect(await pieces()).toHaveLength(1);
    expect(await countWaitingPhotos(tablet.store)).toBe(0);
  });

  function fail(): never {
    throw new StorageFull();
  }
});

describe("a photo that cannot be shown", () => {
  it("is said to be missing while a piece is, and altered when it is another", async () => {
    const stored = await tablet.draft();
    const photo = await take(stored, image(PIECE_BYTES + 1));
    await signRecord(tablet.signing, signable(stored, answered([photo])));
    await signWaitingPhotos(tablet.signing);
    const { notices } = (await read()).ledger;
    const [first] = notices;
    if (first === undefined) throw new Error("no piece");
    await expect(readPhoto(context, [first], photo)).rejects.toMatchObject({ reason: "not-here" });
    await expect(readPhoto(context, [], photo)).rejects.toMatchObject({ reason: "not-here" });
    const other = { ...photo, size: photo.size - 1 };
    await expect(readPhoto(context, notices, other)).rejects.toMatchObject({ reason: "altered" });
  });
});

describe("a record under secrecy", () => {
  async function secret(): Promise<{ record: SealedRow; photo: Photo }> {
    const stored = await tablet.draft();
    const photo = await take(stored, image(1000));
    const record = await signRecord(tablet.signing, signable(stored, answered([photo], true)));
    await signWaitingPhotos(tablet.signing);
    return { record, photo };
  }

  it("is signed as such, and read again by its author with its photo", async () => {
    const { record, photo } = await secret();
    const { records } = await readRecords(context, [record.envelope]);
    expect(records[0]?.payload.restricted).toBe(true);
    const { index, ledger, confidential } = await read();
    expect(index.entries[0]).toMatchObject({ envelope: record.envelope, restricted: true });
    expect(confidential.size).toBe(0);
    expect(await readPhoto(context, ledger.notices, photo)).toHaveLength(1000);
  });

  it("is whole and closed for a teammate: neither read nor refused", async () => {
    const { record } = await secret();
    const { open, agreementKey } = await openSlotFor(randomUuid(), tablet.device.device, tablet.team);
    await keepSlot(tablet.store, open, agreementKey);
    const reading = await readRecords({ ...context, own: open }, [record.envelope]);
    expect(reading).toMatchObject({ records: [], notices: [], refused: [], confidential: [record.envelope] });
    const { replica, team, signers } = context;
    const nobody = { replica, team, signers };
    expect((await readRecords(nobody, [record.envelope])).confidential).toEqual([record.envelope]);
  });

  it("never enters what is stored sealed to the team", async () => {
    const { record } = await secret();
    await signRecord(tablet.signing, await tablet.signable());
    await read();
    const place = { store: tablet.store, database: tablet.organization.database };
    const stored = (await openSearch(place, tablet.team)).entries.map(({ envelope }) => envelope);
    expect(stored).toHaveLength(1);
    expect(stored).not.toContain(record.envelope);
    expect((await openLedger(place, tablet.team)).size).toBe(0);
  });

  it("is not restricted by a no, nor by a stated absence", async () => {
    const by = { by: tablet.open.member, at: "2026-11-23T09:40:00.000+01:00" };
    for (const given of [
      { kind: "values", values: [false], ...by } as const,
      { kind: "absent", reason: "asked-unknown", ...by } as const,
    ]) {
      const stored = await tablet.draft();
      const row = await signRecord(tablet.signing, signable(stored, { ...FLAT, [SECRECY]: given }));
      const { records } = await readRecords(context, [row.envelope]);
      expect(records[0]?.payload).not.toHaveProperty("restricted");
    }
  });
});
