/**
 * The search index of a team: sealed as one blob, opened in one go, brought up to date a few records at a time.
 *
 * Opening 6,000 envelopes takes seconds; opening one index takes milliseconds. It is only ever a copy of what the
 * envelopes say: lost or unreadable, it is built again.
 */
import { currentTeamKey, type TeamKeys } from "../central/keyring";
import { envelopeIds } from "../central/replica";
import { CryptoError } from "../crypto/errors";
import { compactKeyId, openCompact, sealCompact } from "../crypto/jwe";
import { InflateError } from "../envelope/deflate";
import { saveLedger, type NoticeLedger } from "../notice/ledger";
import { readRecords, type ReadingContext, type UnreadRecord } from "../record/read";
import type { Store } from "../store/database";
import { searchEntry, type SearchEntry } from "./entry";
import { Haystack } from "./haystack";
import { packEntries, unpackEntries } from "./packing";
import { longestPart, matches, parseQuery } from "./query";

const TYP = "escale-search+jwe";
/** Records opened between two yields to the page: about 10 ms on a desktop, 50 on a slow tablet. */
const SLICE = 20;

/** The entries of a team, in memory. */
export class SearchIndex {
  /** Latest first; made again after an addition, when it is next asked for. */
  #latest: readonly SearchEntry[] | null;
  /** Made when it is first asked for: an index just opened is shown and searched before it is added to. */
  #byEnvelope: Map<string, SearchEntry> | null = null;

  /** Of the latest first; made when something is searched for. */
  #haystack: Haystack | null = null;

  /** An index of `entries` given latest first, as {@link SearchIndex.entries} gives them. */
  constructor(entries: readonly SearchEntry[] = []) {
    this.#latest = entries;
  }

  /** Every entry, latest first. */
  get entries(): readonly SearchEntry[] {
    this.#latest ??= latestFirst([...this.#entries.values()]);
    return this.#latest;
  }

  /** How many records are indexed. */
  get size(): number {
    return this.#latest?.length ?? this.#entries.size;
  }

  /** Whether `envelope` is indexed. */
  has(envelope: string): boolean {
    return this.#entries.has(envelope);
  }

  /** Add an entry, or replace the one of the same envelope. */
  add(entry: SearchEntry): void {
    this.#entries.set(entry.envelope, entry);
    this.#latest = null;
    this.#haystack = null;
  }

  /** The `limit` latest entries that `typed` finds; none when nothing was typed. */
  find(typed: string, limit = 50): readonly SearchEntry[] {
    const query = parseQuery(typed);
    const part = longestPart(query);
    if (part === "") return [];
    this.#haystack ??= new Haystack(this.entries);
    const found: SearchEntry[] = [];
    for (const place of this.#haystack.places(part)) {
      if (found.length === limit) break;
      const entry = this.entries[place];
      if (entry !== undefined && matches(query, entry)) found.push(entry);
    }
    return found;
  }

  get #entries(): Map<string, SearchEntry> {
    this.#byEnvelope ??= new Map((this.#latest ?? []).map((entry) => [entry.envelope, entry]));
    return this.#byEnvelope;
  }
}

function latestFirst(entries: readonly SearchEntry[]): readonly SearchEntry[] {
  // Instants are compared, not their texts: two tablets may write two offsets.
  const dated = entries.map((entry) => ({ entry, at_ms: Date.parse(entry.signed_at) }));
  return dated.sort((one, other) => other.at_ms - one.at_ms).map(({ entry }) => entry);
}

/** Where a team's index is. */
export interface SearchPlace {
  readonly store: Store;
  readonly database: string;
}

/** The stored index; an empty one when there is none, or none that opens: {@link updateSearch} then builds it again. */
export async function openSearch({ store, database }: SearchPlace, team: TeamKeys): Promise<SearchIndex> {
  const row = await store.read(["search"], async ({ search }) => search.get(database));
  if (row === undefined) return new SearchIndex();
  try {
    const key = team.byKeyId.get(compactKeyId(row.jwe));
    if (key === undefined) return new SearchIndex();
    return new SearchIndex((await unpackEntries(await openCompact(row.jwe, key))) ?? []);
  } catch (error) {
    if (error instanceof CryptoError || error instanceof InflateError || error instanceof SyntaxError) {
      return new SearchIndex();
    }
    throw error;
  }
}

/** Seal and store `index`, but for what is under secrecy: the blob is the team's, and its author reads it again. */
export async function saveSearch(
  { store, database }: SearchPlace,
  team: TeamKeys,
  index: SearchIndex,
): Promise<void> {
  const jwe = await sealCompact(
    await packEntries(index.entries.filter(({ restricted }) => restricted !== true)),
    TYP,
    currentTeamKey(team),
  );
  await store.write(["search"], async ({ search }) => search.put({ database, jwe }));
}

/** What an update did. */
export interface SearchUpdate {
  /** Records, that are now found. */
  readonly added: number;
  /** Notices, that the ledger now has. */
  readonly noticed: number;
  /** Envelopes that did not open or verify: tried again at the next update, since keys and signers arrive too. */
  readonly refused: readonly UnreadRecord[];
}

/** How an update behaves: `pause` yields to the page between slices, `stop` ends it early (a lock, say). */
export interface SearchPace {
  readonly pause: () => Promise<void>;
  readonly stop?: AbortSignal;
  /** Told before each slice how many envelopes of how many were looked at; not told of an update with nothing to read. */
  readonly progress?: (looked: ReadProgress) => void;
}

/** Envelopes looked at, of those there are to look at. */
export interface ReadProgress {
  readonly done: number;
  readonly total: number;
}

/** What was already read of a team: records are found by the index, notices are kept in the ledger. */
export interface Read {
  readonly index: SearchIndex;
  readonly ledger: NoticeLedger;
  /** Envelopes of teammates under secrecy, met since the slot opened: not looked at twice. */
  readonly confidential?: Set<string>;
}

/**
 * Read what the replica holds and neither index nor ledger has, in slices, then store both once; of the envelopes
 * `among` only, when they are given.
 *
 * Stopped early, what was read so far is kept in memory and not stored.
 */
export async function updateSearch(
  place: SearchPlace,
  context: ReadingContext,
  { index, ledger, confidential = new Set() }: Read,
  { pause, stop, progress }: SearchPace,
  among?: readonly string[],
): Promise<SearchUpdate> {
  const ids = among ?? (await envelopeIds(context.replica));
  const missing = ids.filter((id) => !index.has(id) && !ledger.has(id) && !confidential.has(id));
  const refused: UnreadRecord[] = [];
  let added = 0;
  let noticed = 0;
  for (let from = 0; from < missing.length && stop?.aborted !== true; from += SLICE) {
    progress?.({ done: from, total: missing.length });
    const reading = await readRecords(context, missing.slice(from, from + SLICE));
    for (const record of reading.records) index.add(searchEntry(record));
    for (const notice of reading.notices) ledger.add(notice);
    added += reading.records.length;
    noticed += reading.notices.length;
    refused.push(...reading.refused);
    for (const envelope of reading.confidential) confidential.add(envelope);
    await pause();
  }
  if (stop?.aborted !== true) {
    if (added > 0) await saveSearch(place, context.team, index);
    if (noticed > 0) await saveLedger(place, context.team, ledger);
  }
  return { added, noticed, refused };
}

/** A pause for {@link SearchPace}: lets the page draw and answer a touch. */
export async function yieldToPage(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
