/**
 * The identifiers of entries as bytes: 80 an entry, where their text has 165 characters.
 *
 * Digests and drawn identifiers do not compress. Left among the text they are most of what each unlock inflates and
 * parses; as bytes they are turned into one long text at once, and cut out of it.
 */
import { toHex, type Bytes } from "../crypto/bytes";

/** What names an entry: envelope id (wire §3.3), record digest (wire §2), visit (UUID). All are lower-case. */
export interface Identifiers {
  readonly envelope: string;
  readonly record: string;
  readonly visit: string;
}

const ENTRY_BYTES = 80;
const ENTRY_DIGITS = 160;
const RECORD_AT = 64;
const VISIT_AT = 128;

/** The bytes of the identifiers of `entries`. */
export function packIdentifiers(entries: readonly Identifiers[]): Bytes {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
  entries.forEach(({ envelope, record, visit }, place) => {
    const digits = `${envelope.slice(1)}${record}${visit.replaceAll("-", "")}`;
    for (let byte = 0; byte < ENTRY_BYTES; byte += 1) {
      const high = digit(digits.charCodeAt(2 * byte));
      bytes[place * ENTRY_BYTES + byte] = high * 16 + digit(digits.charCodeAt(2 * byte + 1));
    }
  });
  return bytes;
}

/** Identifiers as {@link packIdentifiers} packed them, by the place of their entry. */
export class PackedIdentifiers {
  readonly #digits: string;

  constructor(bytes: Bytes) {
    this.#digits = toHex(bytes);
  }

  /** How many entries they name; not an integer when bytes are missing. */
  get length(): number {
    return this.#digits.length / ENTRY_DIGITS;
  }

  /** Envelope id of the entry at `place`. */
  envelope(place: number): string {
    return `e${this.#cut(place, 0, RECORD_AT)}`;
  }

  /** Record digest of the entry at `place`. */
  record(place: number): string {
    return this.#cut(place, RECORD_AT, VISIT_AT);
  }

  /** Visit of the entry at `place`. */
  visit(place: number): string {
    const uuid = this.#cut(place, VISIT_AT, ENTRY_DIGITS);
    return `${uuid.slice(0, 8)}-${uuid.slice(8, 12)}-${uuid.slice(12, 16)}-${uuid.slice(16, 20)}-${uuid.slice(20)}`;
  }

  #cut(place: number, from: number, to: number): string {
    return this.#digits.slice(place * ENTRY_DIGITS + from, place * ENTRY_DIGITS + to);
  }
}

const ZERO = "0".charCodeAt(0);
const A = "a".charCodeAt(0);

function digit(character: number): number {
  return character >= A ? character - A + 10 : character - ZERO;
}
