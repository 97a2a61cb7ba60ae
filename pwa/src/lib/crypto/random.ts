/** The sources of randomness, named so that callers take them as arguments. */
import type { Bytes } from "./bytes";

/** Draws `length` unpredictable bytes. */
export type RandomBytes = (length: number) => Bytes;
/** Draws an identifier of ours: a lower-case random UUID (RFC 9562 version 4). */
export type RandomUuid = () => string;

/** The platform's cryptographic generator. */
export const randomBytes: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** A random UUID from the same generator. */
export const randomUuid: RandomUuid = () => crypto.randomUUID();
