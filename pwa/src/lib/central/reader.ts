/**
 * Central documents of the local replica, verified once per revision and remembered.
 *
 * What does not verify is not answered, and is listed in {@link CentralReader.refused}: a poisoned document blocks
 * nothing else.
 */
import { importVerifying, type PublicJwk } from "../crypto/jwk";
import { centralId, verifyCentral, type Authority, type CentralDocument, type CentralType } from "./document";
import { SignerDirectory, isActiveHub, openDevice, type Signer } from "./devices";
import { CentralError, type CentralFailure } from "./errors";
import { readForm, readVersion, type FormVersion, type PublishedForm } from "./form";
import { readInvitation, type Invitation } from "./invitation";
import { openOpinion, type Opinion } from "./opinion";
import { openKeyring, type KeyringOwner, type TeamKeys } from "./keyring";
import { openPeople, openPerson, SHARDS, type DirectoryEntry, type PersonSummary } from "./person";
import { readReceipt, type Receipt } from "./receipt";
import {
  documentsOf,
  revisionsOf,
  revisionsStarting,
  type Replica,
  type ReplicaDocument,
  type ReplicaRevision,
} from "./replica";
import { openRoster, type Roster } from "./roster";

/** A refused document, for support. */
export interface RefusedDocument {
  readonly id: string;
  readonly failure: CentralFailure;
}

/** Where the reader reads, and whom it believes. */
export interface CentralSource {
  readonly replica: Replica;
  readonly database: string;
  readonly signing_key: PublicJwk;
}

/** Reads one team's central documents. */
export class CentralReader {
  readonly #replica: Replica;
  readonly #authority: Authority;
  readonly #verified = new Map<string, { rev: string; document: CentralDocument }>();
  readonly #refused = new Map<string, CentralFailure>();
  /**
   * Which visit each sealed opinion is about, so that each is opened once: their keys tell nothing. Known for as long as the
   * keys that opened them are held, which a lock drops.
   */
  readonly #opinions = new WeakMap<TeamKeys, Map<string, string>>();

  private constructor(replica: Replica, authority: Authority) {
    this.#replica = replica;
    this.#authority = authority;
  }

  /** A reader that believes only the organisation whose key enrolment gave. */
  static async over({ replica, database, signing_key }: CentralSource): Promise<CentralReader> {
    return new CentralReader(replica, { key: await importVerifying(signing_key), database });
  }

  /** Documents that did not verify or did not open, so far. */
  get refused(): readonly RefusedDocument[] {
    return [...this.#refused].map(([id, failure]) => ({ id, failure }));
  }

  /** Receipts of `envelopes`, by envelope id; those without one are not in the map. Works while locked. */
  async receipts(envelopes: readonly string[]): Promise<ReadonlyMap<string, Receipt>> {
    const documents = await this.read("receipt", envelopes);
    const receipts = await this.each(documents, (document) => readReceipt(document));
    return new Map(receipts.map((receipt) => [receipt.envelope, receipt]));
  }

  /** The team keys of a slot, or `null` when its key ring has not arrived or does not verify. */
  async teamKeys(owner: KeyringOwner): Promise<TeamKeys | null> {
    const documents = await this.read("keyring", [owner.slot]);
    return (await this.each(documents, (document) => openKeyring(document, owner)))[0] ?? null;
  }

  /** The team's invitations, those that still open something. Works while locked. */
  async invitations(): Promise<readonly Invitation[]> {
    const invitations = await this.each(await this.all("invitation"), readInvitation);
    return invitations.filter(({ sealed }) => sealed !== null);
  }

  /** Whether the key ring of `slot` is here and central's; what is in it is not looked at. Works while locked. */
  async hasKeyring(slot: string): Promise<boolean> {
    return (await this.read("keyring", [slot])).length > 0;
  }

  /** Everyone who signs in the team, as its device documents say; `own` are this tablet's slots, perhaps not told yet. */
  async signers(keys: TeamKeys, own: readonly Signer[] = []): Promise<SignerDirectory> {
    const documents = await this.all("device");
    const devices = await this.each(documents, (document) => openDevice(document, keys.byKeyId));
    return SignerDirectory.of([...own, ...devices.flatMap(({ signers }) => signers)]);
  }

  /** Whether the team has a hub in service (wire §7). Works while locked. */
  async hasHub(): Promise<boolean> {
    const hubs = await this.each(await this.all("device"), isActiveHub);
    return hubs.includes(true);
  }

  /** Rosters of the team's stops, by date and hour. */
  async rosters(keys: TeamKeys): Promise<readonly Roster[]> {
    const rosters = await this.each(await this.all("roster"), (document) =>
      openRoster(document, keys.byKeyId),
    );
    const when = ({ stop }: Roster): string => `${stop.date} ${stop.opens} ${stop.id}`;
    return rosters.sort((one, other) => (when(one) < when(other) ? -1 : 1));
  }

  /** The form `url` in `version`, or `null` when it has not arrived. */
  async form(url: string, version: string): Promise<PublishedForm | null> {
    const documents = await this.read("form", [`${url}|${version}`]);
    return (await this.each(documents, readForm))[0] ?? null;
  }

  /** The published forms that are here, each in its latest version. Works while locked. */
  async latestForms(): Promise<readonly FormVersion[]> {
    const versions = await this.each(await this.all("form"), readVersion);
    const latest = new Map<string, FormVersion>();
    for (const each of versions) {
      const known = latest.get(each.url);
      if (known === undefined || byVersion(each, known) > 0) latest.set(each.url, each);
    }
    return [...latest.values()];
  }

  /** What a remote doctor answered about `visit`, or `null` when nothing has arrived. */
  async opinion(keys: TeamKeys, visit: string): Promise<Opinion | null> {
    const known = this.#opinions.get(keys) ?? new Map<string, string>();
    this.#opinions.set(keys, known);
    const documents = (await this.all("opinion")).filter(
      ({ sealed }) => sealed === null || (known.get(sealed) ?? visit) === visit,
    );
    const opened = await this.each(documents, async (document) => {
      const opinion = await openOpinion(document, keys.byKeyId);
      if (document.sealed !== null) known.set(document.sealed, opinion.visit);
      return opinion;
    });
    const about = opened.filter((opinion) => opinion.visit === visit);
    return about.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0] ?? null;
  }

  /** What the team knows of the person `key`, or `null` when nothing has arrived, or nothing is left to know. */
  async person(keys: TeamKeys, key: string): Promise<PersonSummary | null> {
    const documents = await this.read("person", [key]);
    return (await this.each(documents, (document) => openPerson(document, keys.byKeyId)))[0] ?? null;
  }

  /** Revisions of the directory's shards that are here, by shard: bodies are read only of those that changed. */
  async peopleRevisions(): Promise<ReadonlyMap<string, string>> {
    const ids = await Promise.all(
      SHARDS.map(async (shard) => [await centralId("people", shard), shard] as const),
    );
    const shardOf = new Map(ids);
    const revisions = await revisionsOf(this.#replica, [...shardOf.keys()]);
    return new Map(revisions.map(({ id, rev }) => [shardOf.get(id) ?? "", rev]));
  }

  /** The people of one shard of the directory, or `null` when it is not here or is not believed. */
  async people(keys: TeamKeys, shard: string): Promise<readonly DirectoryEntry[] | null> {
    const documents = await this.read("people", [shard]);
    return (await this.each(documents, (document) => openPeople(document, keys.byKeyId)))[0] ?? null;
  }

  private async read(type: CentralType, keys: readonly string[]): Promise<CentralDocument[]> {
    const ids = await Promise.all(keys.map(async (key) => centralId(type, key)));
    return this.current(await revisionsOf(this.#replica, ids));
  }

  private async all(type: CentralType): Promise<CentralDocument[]> {
    const documents = await this.current(await revisionsStarting(this.#replica, "c"));
    return documents.filter((document) => document.type === type);
  }

  /**
   * The documents at these revisions. Only bodies not seen yet are read: receipts, one a record, lie among the few
   * rosters and devices, and an opaque id does not tell them apart.
   */
  private async current(wanted: readonly ReplicaRevision[]): Promise<CentralDocument[]> {
    const unseen = wanted.filter(({ id, rev }) => this.#verified.get(id)?.rev !== rev);
    const read = await this.verify(
      await documentsOf(
        this.#replica,
        unseen.map(({ id }) => id),
      ),
    );
    const fresh = new Set(read.map(({ id }) => id));
    const known = wanted.flatMap(({ id, rev }) => {
      const seen = this.#verified.get(id);
      return seen?.rev === rev && !fresh.has(id) ? [seen.document] : [];
    });
    return [...known, ...read];
  }

  private async verify(documents: readonly ReplicaDocument[]): Promise<CentralDocument[]> {
    const named = documents.map(({ _id: id, _rev, jws }) => ({ id, _rev, jws }));
    return this.each(named, async ({ id, _rev, jws }) => {
      const document = await verifyCentral({ _id: id, jws }, this.#authority);
      this.#verified.set(id, { rev: _rev, document });
      return document;
    });
  }

  /** `read` each document; a refusal is noted and leaves the others. */
  private async each<D extends { readonly id: string }, T>(
    documents: readonly D[],
    read: (document: D) => T | Promise<T>,
  ): Promise<T[]> {
    const answers: T[] = [];
    for (const document of documents) {
      try {
        answers.push(await read(document));
        this.#refused.delete(document.id);
      } catch (error) {
        if (!(error instanceof CentralError)) throw error;
        this.#refused.set(document.id, error.code);
      }
    }
    return answers;
  }
}

/** Versions are three numbers: 1.10.0 comes after 1.9.0. */
function byVersion(one: FormVersion, other: FormVersion): number {
  const [first, second] = [one, other].map(({ version }) => version.split(".").map(Number));
  const place = (first ?? []).findIndex((number, at) => number !== second?.[at]);
  return place < 0 ? 0 : (first?.[place] ?? 0) - (second?.[place] ?? 0);
}
