/**
 * A JPEG with nothing in it but its image: browsers write a colour profile, and some an EXIF block, into what they
 * encode. A canvas is sRGB, which a JPEG without profile is taken for.
 */
import { concatenated, type Bytes } from "../crypto/bytes";

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
const APPLICATION_1 = 0xe1;
const APPLICATION_15 = 0xef;
const COMMENT = 0xfe;

/** `jpeg` without its application segments (but JFIF's) and comments; `null` when it is not a whole JPEG. */
export function strip(jpeg: Uint8Array): Bytes | null {
  if (jpeg[0] !== MARKER || jpeg[1] !== START_OF_IMAGE) return null;
  const kept: Uint8Array[] = [jpeg.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= jpeg.length) {
    const kind = jpeg[at + 1] ?? 0;
    if (jpeg[at] !== MARKER) return null;
    // The image itself is to the end: encoders of browsers write one scan, or several one after the other.
    if (kind === START_OF_SCAN) return concatenated([...kept, jpeg.subarray(at)]);
    const end = at + 2 + (((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0));
    if (end <= at + 3 || end > jpeg.length) return null;
    if (!isMetadata(kind)) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return null;
}

function isMetadata(kind: number): boolean {
  return kind === COMMENT || (kind >= APPLICATION_1 && kind <= APPLICATION_15);
}
