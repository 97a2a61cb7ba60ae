/** A photo as an answer names it: a FHIR `Attachment` whose bytes travel apart, in notices (wire §2.2). */
import { EXTENSION, extensions, extensionValue } from "./extensions";
import { FormInvalid } from "./errors";
import { type Json, number, object, objects, string } from "./json";

/** The only type of image there is: the tablet encodes every photo again. */
export const PHOTO_MEDIA_TYPE = "image/jpeg";
/** Pixels: the longest side a photo may have. */
export const LONGEST_SIDE = 1600;
/** Bytes of one piece, and how many pieces a photo may have (wire §2.2). */
export const PIECE_BYTES = 150_000;
export const MOST_PIECES = 12;

/** One photo: its UUID, the digest of the whole image, its bytes, its sides in pixels. */
export interface Photo {
  readonly photo: string;
  readonly digest: string;
  readonly size: number;
  readonly width: number;
  readonly height: number;
}

const URN = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const DIGEST = /^[0-9a-f]{64}$/;
const MEMBERS = ["contentType", "extension", "size", "url"];

/** Whether `photo` could be one: what is not counts as no value. */
export function isPossiblePhoto({ photo, digest, size, width, height }: Photo): boolean {
  const within = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  return (
    URN.test(`urn:uuid:${photo}`) &&
    DIGEST.test(digest) &&
    within(size, PIECE_BYTES * MOST_PIECES) &&
    within(width, LONGEST_SIDE) &&
    within(height, LONGEST_SIDE)
  );
}

/** The `valueAttachment` of `photo`. */
export function attachment({ photo, digest, size, width, height }: Photo): object {
  return {
    extension: [
      { url: EXTENSION.photoDigest, valueString: digest },
      { url: EXTENSION.photoWidth, valueInteger: width },
      { url: EXTENSION.photoHeight, valueInteger: height },
    ],
    contentType: PHOTO_MEDIA_TYPE,
    size,
    url: `urn:uuid:${photo}`,
  };
}

/** The photo of a `valueAttachment`. @throws FormInvalid unless it is exactly what a tablet writes */
export function readAttachment(value: unknown, place: string): Photo {
  const json = object(value, place);
  const exact = Object.keys(json).sort().join() === MEMBERS.join() && json.contentType === PHOTO_MEDIA_TYPE;
  const [, uuid] = URN.exec(string(json.url, `${place}.url`)) ?? [];
  if (!exact || uuid === undefined || objects(json.extension, place).length !== 3) {
    throw new FormInvalid(place, "a photo is expected");
  }
  const photo = {
    photo: uuid,
    digest: string(only(json, EXTENSION.photoDigest, place), place),
    size: number(json.size, `${place}.size`),
    width: number(only(json, EXTENSION.photoWidth, place), place),
    height: number(only(json, EXTENSION.photoHeight, place), place),
  };
  if (!isPossiblePhoto(photo)) throw new FormInvalid(place, "a photo is expected");
  return photo;
}

function only(json: Json, url: string, place: string): unknown {
  return extensions(json, url, place).length === 1 ? extensionValue(json, url, place) : undefined;
}
