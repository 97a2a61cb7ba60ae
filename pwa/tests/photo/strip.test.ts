import { describe, expect, it } from "vitest";
import { utf8 } from "$lib/crypto/bytes";
import { strip } from "$lib/photo/strip";

function segment(kind: number, content: Uint8Array): number[] {
  const length = content.length + 2;
  return [0xff, kind, length >> 8, length & 0xff, ...content];
}

const START = [0xff, 0xd8];
const JFIF = segment(0xe0, utf8("JFIF\0"));
const EXIF = segment(0xe1, utf8("Exif\0\0GPS 46.1,4.3"));
const PROFILE = segment(0xe2, utf8("ICC_PROFILE\0"));
const COMMENT = segment(0xfe, utf8("taken at home"));
const TABLE = segment(0xdb, new Uint8Array([1, 2, 3]));
/** A scan with bytes that look like a segment of metadata: they are image. */
const SCAN = [0xff, 0xda, 0x00, 0x02, 0x11, 0xff, 0x00, 0x22, 0xff, 0xd9];
const of = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat());

describe("stripping a JPEG", () => {
  it("leaves the image, its tables and the JFIF header, and nothing else", () => {
    expect(strip(of(START, JFIF, EXIF, PROFILE, COMMENT, TABLE, EXIF, SCAN))).toEqual(
      of(START, JFIF, TABLE, SCAN),
    );
  });

  it("changes nothing in one that is bare", () => {
    const bare = of(START, JFIF, TABLE, SCAN);
    expect(strip(bare)).toEqual(bare);
  });

  it.each([
    ["nothing", of()],
    ["something else", of([0x89, 0x50, 0x4e, 0x47])],
    ["one cut before its image", of(START, JFIF, EXIF)],
    ["one cut within a segment", of(START, EXIF).subarray(0, 9)],
    ["a segment of no length", of(START, [0xff, 0xe1, 0x00, 0x00], SCAN)],
    ["bytes between two segments", of(START, [0x00], SCAN)],
  ])("does not take %s for one", (_about, bytes) => {
    expect(strip(bytes)).toBeNull();
  });
});
