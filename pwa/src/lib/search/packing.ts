/**
 * The entries of an index as the bytes that are sealed:
 * `length (4 bytes, big endian) ‖ deflate-raw(JSON of the columns) ‖ identifiers`.
 *
 * By column and not by entry, since 6,000 entries would repeat the names of their members; stops, people and
 * days, of which there are few, are named once and numbered. What is inflated and parsed at each unlock is a third as long.
 */
import { fromUtf8, utf8, type Bytes } from "../crypto/bytes";
import { deflate, inflate } from "../envelope/deflate";
import type { SearchEntry } from "./entry";
import { PackedIdentifiers, packIdentifiers } from "./identifiers";

/** Raised when it changes: an index of another version is built again, never read. */
const VERSION = 3;
const LENGTH_BYTES = 4;
const INFLATED_BOUND_BYTES = 64 * 1024 * 1024;

/** A column of few distinct values, which `places` names by their place among them. */
interface Numbered {
  readonly distinct: readonly string[];
  readonly places: readonly number[];
}

interface Columns {
  readonly v: typeof VERSION;
  readonly stop: Numbered;
  readonly member: Numbered;
  readonly date: Numbered;
  readonly form: Numbered;
  /** Empty of a form without parts. */
  readonly part: Numbered;
  /** `<sex>|<age band>`, each empty without a value; empty of whoever is not anonymous. */
  readonly anonymous: Numbered;
  readonly replaces: readonly (string | null)[];
  readonly signed_at: readonly string[];
  readonly name: readonly string[];
  readonly folded: readonly string[];
  readonly birth_date: readonly (string | null)[];
}

/** The bytes of `entries`, which keep their order. */
export async function packEntries(entries: readonly SearchEntry[]): Promise<Bytes> {
  const columns = await deflate(utf8(JSON.stringify(columnsOf(entries))));
  const identifiers = packIdentifiers(entries);
  const whole = new Uint8Array(LENGTH_BYTES + columns.length + identifiers.length);
  new DataView(whole.buffer).setUint32(0, columns.length);
  whole.set(columns, LENGTH_BYTES);
  whole.set(identifiers, LENGTH_BYTES + columns.length);
  return whole;
}

/**
 * The entries in `bytes`; `null` when another version wrote them.
 *
 * Raises `InflateError`, `CryptoError("malformed")` or `SyntaxError` for what was not packed here.
 */
export async function unpackEntries(bytes: Bytes): Promise<readonly SearchEntry[] | null> {
  if (bytes.length < LENGTH_BYTES) return null;
  const end = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (end > bytes.length) return null;
  const text = fromUtf8(await inflate(bytes.subarray(LENGTH_BYTES, end), INFLATED_BOUND_BYTES));
  const columns = JSON.parse(text) as Columns;
  const identifiers = new PackedIdentifiers(bytes.subarray(end));
  if (columns.v !== VERSION || identifiers.length !== columns.name.length) return null;
  return columns.name.map((_, place) => entryAt(columns, identifiers, place));
}

function columnsOf(entries: readonly SearchEntry[]): Columns {
  return {
    v: VERSION,
    stop: numbered(entries.map(({ stop }) => stop)),
    member: numbered(entries.map(({ member }) => member)),
    date: numbered(entries.map(({ date }) => date)),
    form: numbered(entries.map(({ form }) => form)),
    part: numbered(entries.map(({ part }) => part ?? "")),
    anonymous: numbered(
      entries.map(({ anonymous }) =>
        anonymous === null ? "" : `${anonymous.sex ?? ""}|${anonymous.age_band ?? ""}`,
      ),
    ),
    replaces: entries.map(({ replaces }) => replaces),
    signed_at: entries.map(({ signed_at }) => signed_at),
    name: entries.map(({ name }) => name),
    folded: entries.map(({ folded }) => folded),
    birth_date: entries.map(({ birth_date }) => birth_date),
  };
}

function numbered(values: readonly string[]): Numbered {
  const place = new Map([...new Set(values)].map((value, at) => [value, at]));
  return { distinct: [...place.keys()], places: values.map((value) => place.get(value) ?? -1) };
}

function numberedAt({ distinct, places }: Numbered, place: number): string | undefined {
  return distinct[places[place] ?? -1];
}

/** Columns came out of a seal of ours, under this version: every one has a value at `place`. */
function entryAt(columns: Columns, identifiers: PackedIdentifiers, place: number): SearchEntry {
  return {
    envelope: identifiers.envelope(place),
    record: identifiers.record(place),
    replaces: columns.replaces[place] ?? null,
    visit: identifiers.visit(place),
    stop: numberedAt(columns.stop, place),
    date: numberedAt(columns.date, place),
    signed_at: columns.signed_at[place],
    member: numberedAt(columns.member, place),
    form: numberedAt(columns.form, place),
    part: textOrNull(numberedAt(columns.part, place)),
    anonymous: anonymousOf(numberedAt(columns.anonymous, place) ?? ""),
    name: columns.name[place],
    folded: columns.folded[place],
    birth_date: columns.birth_date[place] ?? null,
  } as SearchEntry;
}

function anonymousOf(packed: string): SearchEntry["anonymous"] {
  if (packed === "") return null;
  const [sex, age_band] = packed.split("|");
  return { sex: textOrNull(sex), age_band: textOrNull(age_band) };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}
