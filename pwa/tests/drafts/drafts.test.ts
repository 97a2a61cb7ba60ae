import { beforeEach, describe, expect, it } from "vitest";
import { Tablet } from "../record/tablet";
import { importWrapping } from "$lib/crypto/jwk";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import { openGeneral, parseGeneral } from "$lib/crypto/jwe";
import { fromUtf8 } from "$lib/crypto/bytes";
import {
  countOpenDrafts,
  discardDraft,
  handOver,
  listDrafts,
  readDraft,
  restoreDraft,
  saveDraft,
} from "$lib/drafts/drafts";
import { DraftGone, DraftMoved, DraftUnreadable } from "$lib/drafts/errors";
import { unpad } from "$lib/envelope/padding";
import type { TeamKeys } from "$lib/central/keyring";

let tablet: Tablet;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
});

async function otherKeys(): Promise<TeamKeys> {
  const { team, current } = tablet.team;
  return { team, current, byKeyId: new Map([[`${team}.${current}`, await importWrapping(randomBytes(32))]]) };
}

describe("a draft", () => {
  it("is on disk as soon as it is begun, and opens as it was", async () => {
    const begun = await tablet.draft({ section: "identity" });
    const read = await readDraft(tablet.drafts, tablet.team, begun.draft.id);
    expect(read).toEqual(begun);
    expect(read.draft).toMatchObject({ owner: tablet.open.member, section: "identity", replaces: null });
    expect(read.draft.answers).toEqual(tablet.answers);
  });

  it("shows nothing outside its seal but its owner's slot, its state and a count", async () => {
    await tablet.draft();
    const rows = await tablet.store.read(["drafts"], async ({ drafts }) => drafts.all());
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["id", "jwe", "save", "slot", "state"]);
    expect(JSON.stringify(rows)).not.toContain("Belmont");
  });

  it("is sealed to the organisation too, so that no forgotten passphrase loses it", async () => {
    const { draft } = await tablet.draft();
    const row = await tablet.store.read(["drafts"], async ({ drafts }) => drafts.get(draft.id));
    const jwe = parseGeneral(row?.jwe ?? "", "escale-draft+jwe");
    const plaintext = await openGeneral(jwe, jwe.recipients[1], tablet.organization.encryptionPrivate);
    expect(JSON.parse(fromUtf8(await unpad(plaintext)))).toEqual(draft);
  });

  it("does not open without the team's key, is said unreadable and is kept", async () => {
    const { draft } = await tablet.draft();
    const keys = await otherKeys();
    await expect(readDraft(tablet.drafts, keys, draft.id)).rejects.toBeInstanceOf(DraftUnreadable);
    expect(await listDrafts(tablet.drafts, keys)).toEqual({ drafts: [], unreadable: [draft.id] });
    expect(await countOpenDrafts(tablet.store)).toBe(1);
  });

  it("still opens after the team's key went to another epoch", async () => {
    const { draft } = await tablet.draft();
    const byKeyId = new Map([
      ...tablet.team.byKeyId,
      [`${tablet.team.team}.2`, await importWrapping(randomBytes(32))] as const,
    ]);
    const later = { ...tablet.team, current: 2, byKeyId };
    expect((await readDraft(tablet.drafts, later, draft.id)).draft.id).toBe(draft.id);
  });

  it("is not written over by a writer that did not see the last save", async () => {
    const begun = await tablet.draft();
    await saveDraft(tablet.drafts, begun);
    await expect(saveDraft(tablet.drafts, begun)).rejects.toBeInstanceOf(DraftMoved);
  });

  it("does not come back once it was signed", async () => {
    const begun = await tablet.draft();
    await tablet.store.write(["drafts"], async ({ drafts }) => drafts.delete(begun.draft.id));
    await expect(saveDraft(tablet.drafts, begun)).rejects.toBeInstanceOf(DraftGone);
    await expect(readDraft(tablet.drafts, tablet.team, begun.draft.id)).rejects.toBeInstanceOf(DraftGone);
  });
});

describe("the drafts of a tablet", () => {
  it("are listed latest first", async () => {
    const first = await tablet.draft();
    tablet.clock.advance(60);
    const second = await tablet.draft();
    const { drafts } = await listDrafts(tablet.drafts, tablet.team);
    expect(drafts.map(({ draft }) => draft.id)).toEqual([second.draft.id, first.draft.id]);
  });

  it("change hands explicitly, each answer keeping its author", async () => {
    const nurse = tablet.open.member;
    const doctor = { slot: randomUuid(), member: randomUuid() };
    const handed = await handOver(tablet.drafts, await tablet.draft(), doctor, nurse);
    expect(handed.slot).toBe(doctor.slot);
    expect(handed.draft.owner).toBe(doctor.member);
    expect(handed.draft.hand_overs).toMatchObject([{ from: nurse, to: doctor.member, by: nurse }]);
    expect(Object.values(handed.draft.answers).every(({ by }) => by === nurse)).toBe(true);
    expect(await readDraft(tablet.drafts, tablet.team, handed.draft.id)).toEqual(handed);
  });

  it("are put aside with a reason, and taken up again", async () => {
    const aside = await discardDraft(
      tablet.drafts,
      await tablet.draft(),
      "Saisie en double",
      tablet.open.member,
    );
    expect((await listDrafts(tablet.drafts, tablet.team)).drafts).toEqual([]);
    const { drafts } = await listDrafts(tablet.drafts, tablet.team, "discarded");
    expect(drafts[0]?.draft.discard).toMatchObject({ reason: "Saisie en double", by: tablet.open.member });
    expect(await countOpenDrafts(tablet.store)).toBe(0);
    await restoreDraft(tablet.drafts, aside);
    expect((await listDrafts(tablet.drafts, tablet.team)).drafts).toHaveLength(1);
  });
});
