/** SHA-256, the only digest of the wire formats. */
import { toHex, utf8, type Bytes } from "./bytes";

/** SHA-256 of bytes, or of a text's UTF-8 bytes. */
export async function sha256(content: Bytes | string): Promise<Bytes> {
  const bytes = typeof content === "string" ? utf8(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** The same as 64 lower-case hexadecimal characters (wire: "Digests are lower-case hexadecimal SHA-256"). */
export async function sha256Hex(content: Bytes | string): Promise<string> {
  return toHex(await sha256(content));
}
