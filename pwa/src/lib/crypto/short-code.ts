/** The short code two people compare to know that both sides hold the same key (wire §6). */
import { sha256 } from "./digest";
import { encodeCrockford, grouped } from "./crockford";

/**
 * Six Crockford symbols of SHA-256(`"escale-short-code:" + id + ":" + thumbprint`), shown `ABC-DEF`.
 *
 * `id` is the device (with the device key's thumbprint) or the slot (with the signing key's).
 */
export async function shortCode(id: string, thumbprint: string): Promise<string> {
  return grouped(encodeCrockford(await sha256(`escale-short-code:${id}:${thumbprint}`), 6), 3);
}
