/**
 * Crockford base32: the alphabet of codes that people read aloud and copy by hand.
 *
 * No I, L, O or U; reading accepts lower case, hyphens and spaces, and takes I and L for 1, O for 0.
 */
import type { Bytes } from "./bytes";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The first `length` symbols (5 bits each, most significant first) of `bytes`, which must hold enough bits. */
export function encodeCrockford(bytes: Uint8Array, length: number): string {
  if (bytes.length * 8 < length * 5) throw new RangeError("not enough bits for the code");
  let code = "";
  for (let symbol = 0; symbol < length; symbol += 1) {
    let value = 0;
    for (let bit = symbol * 5; bit < symbol * 5 + 5; bit += 1) {
      value = (value << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    }
    code += ALPHABET.charAt(value);
  }
  return code;
}

/** `typed` as canonical symbols, or `null` when a character belongs to no symbol. */
export function normalizeCrockford(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
  return [...code].every((symbol) => ALPHABET.includes(symbol)) ? code : null;
}

/** `code` in groups of `size` joined by hyphens, as it is shown. */
export function grouped(code: string, size: number): string {
  return code.match(new RegExp(`.{1,${String(size)}}`, "g"))?.join("-") ?? "";
}

/** `length` random symbols; 5 bits of entropy each. */
export function randomCrockford(length: number, random: (length: number) => Bytes): string {
  return encodeCrockford(random(Math.ceil((length * 5) / 8)), length);
}
