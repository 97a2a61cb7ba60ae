/**
 * What the tablet's own database holds, store by store, and how it came to be.
 *
 * Everything clinical or personal in it is sealed; what lies outside a seal is opaque (random identifiers, digests,
 * counters). Central documents and handed-over envelopes are not here: they are PouchDB's.
 */
import type { Payload } from "../envelope/payload";
import type { DeviceRow } from "./device";
import type { Slot } from "../vault/slot";
import type { AttemptRow } from "../vault/attempts";

/** One sealed draft. Only the owner, its state and a counter of saves lie outside the seal. */
export interface DraftRow {
  readonly id: string;
  /** Slot of the member whose draft it is. */
  readonly slot: string;
  readonly state: "open" | "discarded";
  /** Grows by one with each save: an older write never lands on a newer one. */
  readonly save: number;
  /** General JWE, `typ` `escale-draft+jwe`, to the team key and the organisation key. */
  readonly jwe: string;
}

/** A sealed envelope not yet handed to PouchDB: the document of wire §3.3 and its place in the device's chain. */
export interface OutboxRow {
  readonly _id: string;
  readonly _rev: string;
  readonly jwe: string;
  readonly sequence: number;
  readonly kind: SignedKind;
  /** `null` in rows older than notices. */
  readonly stop: string | null;
}

/** `record`, or the kind of a notice (wire §2.2). */
export type SignedKind = Payload["kind"];

/** Head of the device's chain: the last sequence taken and the digest of what took it. */
export interface ChainRow {
  readonly device: string;
  readonly sequence: number;
  readonly previous: string;
}

/** What must be known of an own record or notice while the vault is locked: to follow its receipt, nothing more. */
export interface SealedRow {
  readonly envelope: string;
  /** Record digest: a receipt counts only when it names this one. */
  readonly record: string;
  readonly kind: SignedKind;
  readonly sequence: number;
  /** The draft it was; `null` for a notice, which the index of drafts then leaves out. */
  readonly draft: string | null;
  /** `null` in rows older than notices. */
  readonly stop: string | null;
  /** `null` for what is said of a stop. */
  readonly visit: string | null;
  readonly slot: string;
  /** Of a photo's piece: the photo, of which there may be several pieces. */
  readonly photo: string | null;
  /** Envelope id of the record this one replaces. */
  readonly replaces: string | null;
  /** RFC 3339, the tablet's clock. */
  readonly sealed_at: string;
}

/** A team's search index: one compact JWE, and how many times it was written. */
export interface SearchRow {
  readonly database: string;
  readonly jwe: string;
}

/** What was read of a team's notices: one compact JWE. */
export interface NoticesRow {
  readonly database: string;
  readonly jwe: string;
}

/**
 * One sealed photo. While its draft is open it is sealed as the draft is; once the record is signed, to the slot that
 * signs its pieces, until the last of them is.
 */
export interface PhotoRow {
  readonly photo: string;
  readonly draft: string;
  readonly slot: string;
  readonly state: "draft" | "to-sign";
  readonly jwe: string;
}

/** What a node is: central, or the small box in the bus (wire §7). */
export type NodeKind = "central" | "hub";

/** The last node known to hold an envelope that has no receipt, and since when (wire §7). */
export interface WhereaboutsRow {
  readonly envelope: string;
  readonly kind: NodeKind;
  readonly instance: string;
  /** Milliseconds since the epoch, the tablet's clock. */
  readonly since: number;
}

/** A sealed answer of a satisfaction questionnaire: its key is drawn at random, and no order or hour is kept. */
export interface SatisfactionRow {
  readonly key: string;
  /** Compact JWE to the organisation's encryption key (wire §6.1). */
  readonly jwe: string;
  /** Central was given it and asked for it again later. */
  readonly later?: true;
}

/** Stores, their key and their rows. */
export interface Schema {
  settings: { key: string; value: unknown };
  device: { key: "this"; value: DeviceRow };
  slots: { key: string; value: Slot };
  drafts: { key: string; value: DraftRow };
  outbox: { key: string; value: OutboxRow };
  chain: { key: string; value: ChainRow };
  sealed: { key: string; value: SealedRow };
  search: { key: string; value: SearchRow };
  notices: { key: string; value: NoticesRow };
  photos: { key: string; value: PhotoRow };
  attempts: { key: string; value: AttemptRow };
  whereabouts: { key: string; value: WhereaboutsRow };
  satisfaction: { key: string; value: SatisfactionRow };
}

/** Name of a store. */
export type StoreName = keyof Schema;

/** One step from a version of the schema to the next. */
export type Migration = (database: IDBDatabase, transaction: IDBTransaction) => void;

/**
 * The ordered list of steps; the database's version is how many were taken. Steps are only ever added at the end:
 * a tablet in a drawer for a year takes all those it missed.
 */
export const MIGRATIONS: readonly Migration[] = [backbone, notices, photos, whereabouts, satisfaction];

function backbone(database: IDBDatabase): void {
  database.createObjectStore("settings");
  database.createObjectStore("device");
  database.createObjectStore("slots", { keyPath: "slot" });
  database.createObjectStore("drafts", { keyPath: "id" });
  database.createObjectStore("outbox", { keyPath: "_id" });
  database.createObjectStore("chain", { keyPath: "device" });
  database
    .createObjectStore("sealed", { keyPath: "envelope" })
    .createIndex("draft", "draft", { unique: true });
  database.createObjectStore("search", { keyPath: "database" });
  database.createObjectStore("attempts", { keyPath: "slot" });
}

/** Notices came beside records: what was signed before them was a record. */
function notices(database: IDBDatabase, transaction: IDBTransaction): void {
  database.createObjectStore("notices", { keyPath: "database" });
  const before = { kind: "record", stop: null };
  completeRows(transaction.objectStore("outbox"), before);
  completeRows(transaction.objectStore("sealed"), { ...before, photo: null });
}

function photos(database: IDBDatabase): void {
  database.createObjectStore("photos", { keyPath: "photo" });
}

function whereabouts(database: IDBDatabase): void {
  database.createObjectStore("whereabouts", { keyPath: "envelope" });
}

function satisfaction(database: IDBDatabase): void {
  database.createObjectStore("satisfaction", { keyPath: "key" });
}

function completeRows(store: IDBObjectStore, members: object): void {
  const walk = store.openCursor();
  walk.onsuccess = () => {
    const cursor = walk.result;
    if (cursor === null) return;
    cursor.update({ ...members, ...(cursor.value as object) });
    cursor.continue();
  };
}
