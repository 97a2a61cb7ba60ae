/** Bytes and their text forms: UTF-8, base64url (RFC 4648 §5, no padding), hexadecimal. */
import { base64url } from "jose";
import { CryptoError } from "./errors";

/** Bytes over a plain buffer, which is what WebCrypto and streams accept. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes of `parts`, one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Text of UTF-8 `bytes`. Raises `CryptoError("malformed")` when they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CryptoError("malformed", cause);
  }
}

/** Base64url of `bytes`, without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return base64url.encode(bytes);
}

/** Bytes of a base64url `text`. Raises `CryptoError("malformed")`. */
export function fromBase64url(text: string): Bytes {
  try {
    return Uint8Array.from(base64url.decode(text));
  } catch (cause) {
    throw new CryptoError("malformed", cause);
  }
}

/** Lower-case hexadecimal of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  // Browsers of 2025 and later do it themselves, many times faster; a tablet's may be older.
  if (typeof bytes.toHex === "function") return bytes.toHex();
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
