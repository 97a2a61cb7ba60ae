/**
 * Compression and padding to a size class (wire §3.1), so that a ciphertext's length says little of the record.
 *
 * `length (4 bytes, big endian) ‖ deflate-raw(content) ‖ zeros`.
 */
import type { Bytes } from "../crypto/bytes";
import { deflate, inflate, InflateError } from "./deflate";
import { EnvelopeError, RecordTooLarge } from "./errors";

/** Size classes, in bytes. */
export const SIZE_CLASSES = [2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256].map((kib) => kib * 1024);

/** No record inflates beyond this. */
export const INFLATED_BOUND_BYTES = 2 * 1024 * 1024;

const PREFIX_BYTES = 4;

/** Compress and pad `content`. Raises {@link RecordTooLarge}. */
export async function pad(content: Bytes): Promise<Bytes> {
  const deflated = await deflate(content);
  const size = sizeClass(deflated.length);
  if (size === undefined || content.length > INFLATED_BOUND_BYTES) throw new RecordTooLarge(deflated.length);
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, deflated.length);
  padded.set(deflated, PREFIX_BYTES);
  return padded;
}

/** The content of `padded`. Raises `EnvelopeError("bad-padding")` for anything that {@link pad} does not make. */
export async function unpad(padded: Bytes): Promise<Bytes> {
  if (padded.length < PREFIX_BYTES) throw new EnvelopeError("bad-padding");
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (sizeClass(length) !== padded.length) throw new EnvelopeError("bad-padding");
  const end = PREFIX_BYTES + length;
  if (padded.subarray(end).some((byte) => byte !== 0)) throw new EnvelopeError("bad-padding");
  try {
    return await inflate(padded.slice(PREFIX_BYTES, end), INFLATED_BOUND_BYTES);
  } catch (error) {
    if (error instanceof InflateError) throw new EnvelopeError("bad-padding", error);
    throw error;
  }
}

function sizeClass(deflated_bytes: number): number | undefined {
  return SIZE_CLASSES.find((size) => size >= PREFIX_BYTES + deflated_bytes);
}
