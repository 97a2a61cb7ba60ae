/**
 * From whatever the camera or the gallery gave to a JPEG that may travel: at most 1600 pixels a side, about 450 kB.
 *
 * The image is drawn and encoded again, so that nothing of the file is kept but its pixels: no EXIF, no position, no
 * name, no colour profile; the orientation that EXIF told is applied while decoding.
 */
import { LONGEST_SIDE, PHOTO_MEDIA_TYPE } from "../forms/attachment";
import { PhotoRefused } from "./errors";
import { strip } from "./strip";

/** Bytes of a file that is still tried: more than any tablet's camera writes. */
export const LARGEST_FILE = 40_000_000;
/** Bytes that an encoded photo stays under, unless its content allows no less. */
export const WANTED_BYTES = 450_000;

/** JPEG qualities, tried in this order until the photo is small enough; then smaller sides. */
const QUALITIES = [0.82, 0.7, 0.58, 0.46] as const;
const SMALLER = 0.75;
const SMALLEST_SIDE = 400;

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A photo ready to be kept. */
export interface Encoded extends Size {
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

/** What draws and encodes: the browser's canvas, or a stand-in. */
export interface Darkroom {
  /** The decoded image, upright. Rejects when the browser cannot read it. */
  decode(file: Blob): Promise<Size & { readonly close: () => void }>;
  /** The image drawn at `size` as a JPEG; `null` when the browser makes none. */
  encode(image: Size, size: Size, quality: number): Promise<Blob | null>;
}

/** `file` as a photo that may be kept. Raises {@link PhotoRefused}. */
export async function shrink(file: Blob, darkroom: Darkroom): Promise<Encoded> {
  if (file.size > LARGEST_FILE) throw new PhotoRefused("too-large");
  // Galleries that do not know a type say nothing; the decoder then decides.
  if (file.type !== "" && !file.type.startsWith("image/")) throw new PhotoRefused("not-an-image");
  const image = await darkroom.decode(file).catch((cause: unknown) => {
    throw new PhotoRefused("undecodable", { cause });
  });
  try {
    if (image.width < 1 || image.height < 1) throw new PhotoRefused("undecodable");
    return await encoded(image, darkroom);
  } finally {
    image.close();
  }
}

async function encoded(image: Size, darkroom: Darkroom): Promise<Encoded> {
  let size = fitted(image, LONGEST_SIDE);
  for (;;) {
    let blob: Blob | null = null;
    for (const quality of QUALITIES) {
      blob = await darkroom.encode(image, size, quality);
      // Canvases answer PNG for a type they do not write.
      if (blob?.type !== PHOTO_MEDIA_TYPE) throw new PhotoRefused("no-encoder");
      if (blob.size <= WANTED_BYTES) break;
    }
    if (blob === null) throw new PhotoRefused("no-encoder");
    const longest = Math.max(size.width, size.height);
    if (blob.size <= WANTED_BYTES || longest * SMALLER < SMALLEST_SIDE) {
      const jpeg = strip(new Uint8Array(await blob.arrayBuffer()));
      if (jpeg === null) throw new PhotoRefused("no-encoder");
      return { ...size, jpeg };
    }
    size = fitted(image, Math.floor(longest * SMALLER));
  }
}

/** The size of `image` with no side over `longest`; never enlarged, never zero. */
export function fitted({ width, height }: Size, longest: number): Size {
  const factor = Math.min(1, longest / Math.max(width, height));
  const side = (pixels: number): number => Math.max(1, Math.min(longest, Math.round(pixels * factor)));
  return { width: side(width), height: side(height) };
}
