/**
 * What the benchmark calls in Chromium, one function a measurement; times are milliseconds of the page's own clock.
 *
 * They work on the library's own store and replica, and keep between reloads what the browser keeps.
 */
import { envelopeIds, documentsOf } from "$lib/central/replica";
import type { EnvelopeDocument } from "$lib/envelope/document";
import type { RecordBundle } from "$lib/envelope/payload";
import { NoticeLedger } from "$lib/notice/ledger";
import { readRecord, type ReadingContext } from "$lib/record/read";
import { openSearch, SearchIndex, updateSearch, yieldToPage } from "$lib/search/index";
import { openStore } from "$lib/store/database";
import { enforceStrictDurability } from "$lib/store/durability";
import { openReplica } from "$lib/sync/database";
import { Consultations } from "./consultation";
import { foundTeam, keptTeam, signersOf } from "./team";

enforceStrictDurability();

const DATABASE = "bench";
const BATCH = 100;

/** Sign and seal `count` records with the `content` of a consultation, and put them in the replica; time of sealing. */
export async function seal(content: RecordBundle, count: number): Promise<number> {
  const store = await openStore();
  const consultations = new Consultations(await foundTeam(store), content);
  const replica = await openReplica(DATABASE, DATABASE);
  let spent_ms = 0;
  for (let done = 0; done < count; done += BATCH) {
    const sealed: EnvelopeDocument[] = [];
    const started = performance.now();
    while (sealed.length < Math.min(BATCH, count - done)) sealed.push(await consultations.next());
    spent_ms += performance.now() - started;
    await replica.bulkDocs(
      sealed.map((each) => ({ ...each })),
      { new_edits: false },
    );
  }
  return spent_ms;
}

/** Open and verify `count` records, already read from the replica; time of opening. */
export async function open(count: number): Promise<number> {
  const context = await reading();
  const documents = await documentsOf(context.replica, (await envelopeIds(context.replica)).slice(0, count));
  const started = performance.now();
  for (const document of documents) await readRecord(document, context);
  return performance.now() - started;
}

/** Build the search index of the whole replica and store it; how many records, and the time. */
export async function index(): Promise<{ records: number; spent_ms: number }> {
  const context = await reading();
  const place = { store: await openStore(), database: DATABASE };
  const started = performance.now();
  const made = new SearchIndex();
  await updateSearch(place, context, { index: made, ledger: new NoticeLedger() }, { pause: yieldToPage });
  return { records: made.size, spent_ms: performance.now() - started };
}

/** One answered query. */
export interface Answered {
  readonly found: number;
  readonly spent_ms: number;
}

/** Answer `queries` in order; the first time counts getting and opening the sealed index too. */
export async function search(queries: readonly string[]): Promise<readonly Answered[]> {
  const store = await openStore();
  const { keys } = await keptTeam(store);
  let opened: SearchIndex | null = null;
  const answers: Answered[] = [];
  for (const query of queries) {
    const started = performance.now();
    opened ??= await openSearch({ store, database: DATABASE }, keys);
    const found = opened.find(query).length;
    answers.push({ found, spent_ms: performance.now() - started });
  }
  return answers;
}

async function reading(): Promise<ReadingContext> {
  const team = await keptTeam(await openStore());
  const replica = await openReplica(DATABASE, DATABASE);
  return { replica, team: team.keys, signers: await signersOf(team) };
}
