/**
 * What an open slot sees: the stops of its team, its drafts and its teammates', the team's records.
 *
 * Everything on it was opened with the slot's keys and lives in memory only; it is closed with the lock.
 */
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { Signer, SignerDirectory } from "$lib/central/devices";
import type { TeamKeys } from "$lib/central/keyring";
import type { Roster, Stop } from "$lib/central/roster";
import type { Replica } from "$lib/central/replica";
import { randomUuid } from "$lib/crypto/random";
import type { NoticeBody } from "$lib/notice/body";
import { attendances, type VisitAttendance } from "$lib/notice/attendance";
import { cosignersAmong, type Cosigner } from "$lib/notice/cosignatures";
import { errorsAmong, type ErrorNotice } from "$lib/notice/errors";
import { openLedger, type KeptNotice, type NoticeLedger } from "$lib/notice/ledger";
import { signNotice } from "$lib/notice/sign";
import type { SigningContext } from "$lib/record/chain";
import { withOutbox } from "$lib/record/holding";
import { currentRecords, type ReadingContext } from "$lib/record/read";
import { placeOf, standingOf, type OwnSigned, type Place, type RecordStanding } from "$lib/record/states";
import type { SearchEntry } from "$lib/search/entry";
import {
  openSearch,
  updateSearch,
  yieldToPage,
  type ReadProgress,
  type SearchIndex,
} from "$lib/search/index";
import type { SealedRow } from "$lib/store/schema";
import type { OpenSlot } from "$lib/vault/open-slot";
import { DraftsDesk, type FoundDrafts } from "./drafts-desk.svelte";
import { FormMissing, readForm, type LoadedForm } from "./form";
import { PeopleDesk } from "./people-desk.svelte";
import { SheetLabels } from "./sheet-labels.svelte";
import type { Station } from "./station.svelte";
import { VERSION } from "./version";
import { WaitingPhotos } from "./waiting-photos.svelte";

/** How many records are listed without being searched for: a fortnight of a busy team. */
const LATEST_LISTED = 300;

/** A record in a list: what the index keeps of it, and where it stands. */
export interface ListedRecord {
  readonly entry: SearchEntry;
  readonly standing: RecordStanding;
}

/** The desk of one open slot. */
export class Desk {
  rosters = $state.raw<readonly Roster[]>([]);
  /** The latest records of the team that no other replaces, and all of this tablet's; search finds the others. */
  records = $state.raw<readonly ListedRecord[]>([]);
  /** Envelopes that do not verify: kept, and said. */
  refused = $state.raw<readonly string[]>([]);
  /** Every notice of the team, in no promised order. */
  notices = $state.raw<readonly KeptNotice[]>([]);
  /** Envelopes of teammates under secrecy: whole, and not for this slot to open. */
  readonly confidential = new SvelteSet<string>();
  /** Where each visit is that somebody said something of. */
  attendances = $state.raw<ReadonlyMap<string, VisitAttendance>>(attendances([]));
  /** The latest records entered in error: readable, and in no other list. */
  inError = $state.raw<readonly ListedRecord[]>([]);
  /** What says so, by envelope. */
  errors = $state.raw<ReadonlyMap<string, ErrorNotice>>(errorsAmong([]));
  /** Photos of signed records, until their pieces are. */
  readonly photos = new WaitingPhotos(this);
  /** Who co-signed each record, by record digest. */
  cosigners = $state.raw<ReadonlyMap<string, readonly Cosigner[]>>(cosignersAmong([]));
  /** What the forms are called that no roster names: those about an act. */
  readonly besides = new SvelteMap<string, string>();
  /** Whether what is shown was read: before, nothing says that there is no stop. */
  loaded = $state(false);
  /** How far the reading of the team's records is, while it is under way. */
  reading = $state.raw<ReadProgress | null>(null);

  readonly station: Station;
  readonly slot: OpenSlot;
  readonly keys: TeamKeys;
  readonly people: PeopleDesk;
  readonly drafts: DraftsDesk;
  readonly #labels = new SheetLabels();
  readonly #stopped = new AbortController();
  #index: SearchIndex | null = null;
  #ledger: NoticeLedger | null = null;
  #signers: SignerDirectory | null = null;
  /** Envelopes signed on this tablet that were looked at. */
  readonly #ownRead = new SvelteSet<string>();
  #refreshing: Promise<void> = Promise.resolve();

  constructor(station: Station, slot: OpenSlot, keys: TeamKeys) {
    this.station = station;
    this.slot = slot;
    this.keys = keys;
    this.people = new PeopleDesk(station, keys);
    this.drafts = new DraftsDesk({ station, slot, keys, refresh: () => this.refresh() });
  }

  /** Look at everything again; calls follow one another. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#refresh());
    return this.#refreshing;
  }

  /** Forget what was opened. */
  close(): void {
    this.#stopped.abort();
    this.rosters = [];
    this.drafts.show();
    this.records = [];
    this.notices = [];
    this.#index = null;
    this.#ledger = null;
  }

  /** Records that `typed` finds, by names and birth date; a name that was corrected is not found any more. */
  async find(typed: string): Promise<readonly ListedRecord[]> {
    return this.#listed(currentRecords(this.#index?.find(typed) ?? [], this.entries));
  }

  /** Every record of the team, corrections included, as the index keeps them. */
  get entries(): readonly SearchEntry[] {
    return this.#index?.entries ?? [];
  }

  /** The number that each visit wears at a stand, by visit. */
  get labels(): ReadonlyMap<string, number> {
    return this.#labels.numbers;
  }

  /** Records that teammates signed on this tablet under secrecy: known to be there, and not for this slot to open. */
  get confidentialHere(): readonly OwnSigned[] {
    return this.station.own.filter(
      ({ row }) =>
        row.kind === "record" && row.slot !== this.slot.slot && this.confidential.has(row.envelope),
    );
  }

  /** What the team's records are read with. */
  async readingContext(): Promise<ReadingContext> {
    const { replica, central } = await this.station.holdings();
    this.#signers ??= await central.signers(this.keys, this.#ownSigners());
    return this.#readingWith(replica, this.#signers);
  }

  /** Profession of the member at work. */
  get profession(): string {
    return this.station.access.members.find(({ id }) => id === this.slot.member)?.profession ?? "";
  }

  /** Name of a member of the team, present or past. */
  nameOf(member: string): string | null {
    return this.station.access.nameOf(member) ?? this.#signers?.nameOf(member) ?? null;
  }

  /** What the form `url` is called, where a stop offers several; `null` where one says nothing. */
  titleOf(url: string): string | null {
    const offered = this.rosters.find(
      ({ forms }) => forms.length > 1 && forms.some((form) => form.url === url),
    );
    return offered?.forms.find((form) => form.url === url)?.title ?? this.besides.get(url) ?? null;
  }

  /** Where a record of the team stands, from its receipt, or where it is until there is one. */
  async standing(envelope: string, record: string): Promise<RecordStanding> {
    const { central } = await this.station.holdings();
    return standingOf(record, (await central.receipts([envelope])).get(envelope), this.#place(envelope));
  }

  /** The form `url` in `version`. Raises {@link FormMissing}. */
  async form(url: string, version: string): Promise<LoadedForm> {
    const { central } = await this.station.holdings();
    const published = await central.form(url, version);
    if (published === null) throw new FormMissing(url, version);
    return readForm(published);
  }

  /** What this slot signs with; `evaluator` is the version of what judged a record's rules. */
  signing(evaluator = ""): SigningContext {
    const { environment, device, access, clockOffset } = this.station;
    const { store, locks, clock } = environment;
    return {
      store,
      locks,
      clock,
      uuid: randomUuid,
      device: { ...device, enrolment: access.enrolment },
      open: this.slot,
      clock_offset_ms: clockOffset,
      evaluator: `escale-pwa/${VERSION} ${evaluator}`.trim(),
    };
  }

  /** Sign and seal what is said of `stop` or of a visit there. Raises what `signNotice` raises. */
  async say({ id, campaign }: Pick<Stop, "id" | "campaign">, body: NoticeBody): Promise<SealedRow> {
    const row = await signNotice(this.signing(), { campaign, stop: id, body });
    await this.station.sealed();
    return row;
  }

  async #refresh(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const { store } = this.station.environment;
    const { replica, central } = await this.station.holdings();
    const [rosters, drafts, signers, own] = await Promise.all([
      central.rosters(this.keys),
      this.drafts.find(),
      central.signers(this.keys, this.#ownSigners()),
      store.read(["sealed"], async ({ sealed }) => sealed.keys()),
    ]);
    this.#signers = signers;
    const place = { store, database: this.station.access.enrolment.database };
    this.#index ??= await openSearch(place, this.keys);
    this.#ledger ??= await openLedger(place, this.keys);
    const context = this.#readingWith(replica, signers);
    const pace = {
      pause: yieldToPage,
      stop: this.#stopped.signal,
      progress: (looked: ReadProgress): void => void (this.reading = looked),
    };
    const read = { index: this.#index, ledger: this.#ledger, confidential: this.confidential };
    // What this tablet signed is read before anything is shown: what is under secrecy is in no stored index, and a
    // line of the day whose record is not read yet would be begun again by a fast tap.
    const fresh = own.filter((envelope) => !this.#ownRead.has(envelope));
    await updateSearch(place, context, read, pace, fresh);
    for (const envelope of fresh) this.#ownRead.add(envelope);
    await this.#show(rosters, drafts);
    const { added, noticed, refused } = await updateSearch(place, context, read, pace);
    this.reading = null;
    await this.people.refresh(pace);
    if (this.#stopped.signal.aborted) return;
    this.refused = refused.map(({ envelope }) => envelope);
    if (added + noticed > 0) await this.#show(rosters, drafts);
    void this.photos.sign();
  }

  #readingWith(replica: Replica, signers: SignerDirectory): ReadingContext {
    const withOwn = withOutbox(replica, this.station.environment.store);
    return { replica: withOwn, team: this.keys, signers, own: this.slot };
  }

  #tell(ledger: NoticeLedger | null): void {
    this.notices = ledger?.notices ?? [];
    this.attendances = attendances(ledger?.of("attendance") ?? []);
    this.cosigners = cosignersAmong(ledger?.of("cosignature") ?? []);
  }

  async #show(rosters: readonly Roster[], drafts: FoundDrafts): Promise<void> {
    const errors = errorsAmong(this.#ledger?.of("entered_in_error") ?? []);
    const current = currentRecords(this.entries).filter(({ envelope }) => !errors.has(envelope));
    const latest = [...current].sort((one, other) =>
      Date.parse(one.signed_at) > Date.parse(other.signed_at) ? -1 : 1,
    );
    const own = this.station.own.map(({ row }) => row.envelope);
    const records = await this.#listed(
      latest.filter(({ envelope }, age) => age < LATEST_LISTED || own.includes(envelope)),
    );
    const ended = this.entries.filter(({ envelope }) => errors.has(envelope)).slice(0, LATEST_LISTED);
    const inError = await this.#listed(ended);
    if (this.#stopped.signal.aborted) return;
    this.inError = inError;
    this.errors = errors;
    this.rosters = rosters;
    this.drafts.show(drafts);
    this.records = records;
    this.#tell(this.#ledger);
    this.loaded = true;
    await this.#labels.learn(rosters);
  }

  async #listed(entries: readonly SearchEntry[]): Promise<readonly ListedRecord[]> {
    const { central } = await this.station.holdings();
    const receipts = await central.receipts(entries.map(({ envelope }) => envelope));
    return entries.map((entry) => ({
      entry,
      standing: standingOf(entry.record, receipts.get(entry.envelope), this.#place(entry.envelope)),
    }));
  }

  #place(envelope: string): Place {
    const { own, whereabouts } = this.station;
    return placeOf(
      whereabouts?.get(envelope),
      own.some(({ row }) => row.envelope === envelope),
    );
  }

  /** This tablet's own slots: central may not have told of them yet, and their records are readable at once. */
  #ownSigners(): readonly Signer[] {
    const { access, device } = this.station;
    return access.slots.map(({ slot, member, signing_key }) => ({
      device: device.device,
      slot,
      member,
      name: access.nameOf(member) ?? "",
      profession: access.members.find(({ id }) => id === member)?.profession ?? "",
      key: signing_key,
      status: "active",
    }));
  }
}
