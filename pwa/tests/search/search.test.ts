import { beforeEach, describe, expect, it } from "vitest";
import { Tablet } from "../record/tablet";
import { arrive, freshReplica } from "../central/replica";
import { CentralReader } from "$lib/central/reader";
import { currentTeamKey } from "$lib/central/keyring";
import { envelopeIds } from "$lib/central/replica";
import { utf8 } from "$lib/crypto/bytes";
import { sealCompact } from "$lib/crypto/jwe";
import { deflate } from "$lib/envelope/deflate";
import { NoticeLedger } from "$lib/notice/ledger";
import { identityOf } from "$lib/record/identity";
import { emptyOutbox } from "$lib/record/outbox";
import type { ReadingContext } from "$lib/record/read";
import { signRecord } from "$lib/record/sign";
import {
  openSearch,
  saveSearch,
  SearchIndex,
  updateSearch,
  yieldToPage,
  type SearchPlace,
} from "$lib/search/index";

let tablet: Tablet;
let place: SearchPlace;
let context: ReadingContext;

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  const replica = await freshReplica();
  const { database, signingKey } = tablet.organization;
  place = { store: tablet.store, database };
  await arrive(replica, [await tablet.organization.device(tablet.device.device, [tablet.published])]);
  const reader = await CentralReader.over({ replica, database, signing_key: signingKey });
  context = { replica, team: tablet.team, signers: await reader.signers(tablet.team) };
});

async function sign(count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) await signRecord(tablet.signing, await tablet.signable());
  await emptyOutbox(tablet.store, context.replica);
}

const pace = { pause: yieldToPage };

describe("the sealed search index", () => {
  it("finds a record by the name and birth date in it, after the next unlock too", async () => {
    await sign(1);
    await updateSearch(place, context, { index: new SearchIndex(), ledger: new NoticeLedger() }, pace);
    const index = await openSearch(place, tablet.team);
    const { birth_name, birth_date } = identityOf(tablet.answers);
    const [found] = index.find(`${(birth_name ?? "").slice(0, 3)} ${birth_date ?? ""}`);
    expect(found).toMatchObject({ birth_date, stop: tablet.stop.id, member: tablet.open.member });
    expect([found?.envelope]).toEqual(await envelopeIds(context.replica));
  });

  it("shows nothing outside its seal", async () => {
    await sign(1);
    await updateSearch(place, context, { index: new SearchIndex(), ledger: new NoticeLedger() }, pace);
    const rows = await tablet.store.read(["search"], async ({ search }) => search.all());
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["database", "jwe"]);
    expect(JSON.stringify(rows)).not.toContain(identityOf(tablet.answers).birth_name);
  });

  it("takes only what it lacks", async () => {
    await sign(2);
    const index = new SearchIndex();
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toMatchObject({
      added: 2,
    });
    await sign(1);
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toMatchObject({
      added: 1,
    });
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toMatchObject({
      added: 0,
    });
    expect(index.size).toBe(3);
    expect((await openSearch(place, tablet.team)).size).toBe(3);
  });

  it("tries again what did not open, and says so", async () => {
    await sign(1);
    const bad = `e${"1".repeat(64)}`;
    await arrive(context.replica, [{ _id: bad, _rev: `1-${"1".repeat(32)}`, jwe: "{}" }]);
    const index = new SearchIndex();
    const refused = [{ envelope: bad, failure: "id-mismatch" }];
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toEqual({
      added: 1,
      noticed: 0,
      refused,
    });
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toEqual({
      added: 0,
      noticed: 0,
      refused,
    });
  });

  it("lets the page breathe between slices, and stops when told to", async () => {
    await sign(25);
    const stop = new AbortController();
    const pause = (): Promise<void> => {
      stop.abort();
      return Promise.resolve();
    };
    const index = new SearchIndex();
    expect(
      await updateSearch(place, context, { index, ledger: new NoticeLedger() }, { pause, stop: stop.signal }),
    ).toMatchObject({
      added: 20,
    });
    expect((await openSearch(place, tablet.team)).size).toBe(0);
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toMatchObject({
      added: 5,
    });
    expect((await openSearch(place, tablet.team)).size).toBe(25);
  });

  it("of an earlier version is built again, never read", async () => {
    await sign(1);
    const earlier = utf8(JSON.stringify({ v: 1, rows: [[`e${"1".repeat(64)}`]] }));
    const jwe = await sealCompact(await deflate(earlier), "escale-search+jwe", currentTeamKey(tablet.team));
    await tablet.store.write(["search"], async ({ search }) => search.put({ database: place.database, jwe }));
    const index = await openSearch(place, tablet.team);
    expect(index.size).toBe(0);
    expect(await updateSearch(place, context, { index, ledger: new NoticeLedger() }, pace)).toMatchObject({
      added: 1,
    });
    expect((await openSearch(place, tablet.team)).size).toBe(1);
  });

  it("is built again when it does not open", async () => {
    await sign(1);
    await saveSearch(place, tablet.team, new SearchIndex());
    await tablet.store.write(["search"], async ({ search }) =>
      search.put({ database: place.database, jwe: "damaged" }),
    );
    expect((await openSearch(place, tablet.team)).size).toBe(0);
    expect(
      await updateSearch(
        place,
        context,
        { index: await openSearch(place, tablet.team), ledger: new NoticeLedger() },
        pace,
      ),
    ).toMatchObject({
      added: 1,
    });
  });
});
