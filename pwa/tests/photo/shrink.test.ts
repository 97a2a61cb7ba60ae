import { describe, expect, it } from "vitest";
import { PhotoRefused } from "$lib/photo/errors";
import { fitted, LARGEST_FILE, shrink, WANTED_BYTES, type Darkroom, type Size } from "$lib/photo/shrink";

/** A JPEG of `length` bytes or a little more: a start, a table, one scan. */
function jpeg(length: number): Uint8Array<ArrayBuffer> {
  const head = [0xff, 0xd8, 0xff, 0xdb, 0x00, 0x04, 0x01, 0x02, 0xff, 0xda, 0x00, 0x02];
  const whole = new Uint8Array(Math.max(length, head.length + 2));
  whole.set(head);
  whole.set([0xff, 0xd9], whole.length - 2);
  return whole;
}

/** A darkroom in which a pixel weighs `bytesAtBest`, less at lower qualities; it remembers what it was asked. */
function darkroom(image: Size, bytesAtBest: number, type = "image/jpeg"): Darkroom & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    decode: async () => ({ ...image, close: () => asked.push("closed") }),
    encode: async (_image, { width, height }, quality) => {
      asked.push(`${width}×${height} ${quality}`);
      return new Blob([jpeg(Math.round(width * height * bytesAtBest * quality))], { type });
    },
  };
}

const taken = (type = "image/jpeg", size = 10): Blob => new Blob([new Uint8Array(size)], { type });

describe("fitting a photo", () => {
  it.each([
    [4000, 3000, 1600, 1200],
    [3000, 4000, 1200, 1600],
    [1600, 1600, 1600, 1600],
    [640, 480, 640, 480],
    [20_000, 3, 1600, 1],
  ])("%d × %d becomes %d × %d", (width, height, expectedWidth, expectedHeight) => {
    expect(fitted({ width, height }, 1600)).toEqual({ width: expectedWidth, height: expectedHeight });
  });
});

describe("shrinking a photo", () => {
  it("keeps the best quality that is small enough", async () => {
    const room = darkroom({ width: 4000, height: 3000 }, 0.3);
    const photo = await shrink(taken(), room);
    expect(photo).toMatchObject({ width: 1600, height: 1200 });
    expect(photo.jpeg.length).toBeLessThanOrEqual(WANTED_BYTES);
    expect(room.asked).toEqual(["1600×1200 0.82", "1600×1200 0.7", "closed"]);
  });

  it("makes the sides smaller when no quality is enough", async () => {
    const photo = await shrink(taken(), darkroom({ width: 1600, height: 1600 }, 0.6));
    expect(photo.width).toBe(1200);
    expect(photo.jpeg.length).toBeLessThanOrEqual(WANTED_BYTES);
  });

  it("stops making smaller what no size makes light", async () => {
    const photo = await shrink(taken(), darkroom({ width: 1600, height: 1600 }, 40));
    expect(photo.width).toBeGreaterThanOrEqual(400);
  });

  it("takes a file of which the gallery tells no type", async () => {
    await expect(shrink(taken(""), darkroom({ width: 8, height: 8 }, 1))).resolves.toMatchObject({
      width: 8,
    });
  });

  it.each([
    ["a file beyond what is decoded", { size: LARGEST_FILE + 1, type: "image/jpeg" } as Blob, "too-large"],
    ["a document", taken("application/pdf"), "not-an-image"],
  ])("refuses %s", async (_about, file, reason) => {
    const refused = shrink(file, darkroom({ width: 8, height: 8 }, 1));
    await expect(refused).rejects.toMatchObject({ name: "PhotoRefused", reason });
  });

  it("refuses what the browser cannot decode, and an image of no size", async () => {
    const blind: Darkroom = {
      ...darkroom({ width: 0, height: 0 }, 1),
      decode: () => Promise.reject(new Error()),
    };
    await expect(shrink(taken("image/heic"), blind)).rejects.toMatchObject({ reason: "undecodable" });
    const empty = shrink(taken(), darkroom({ width: 0, height: 0 }, 1));
    await expect(empty).rejects.toMatchObject({ reason: "undecodable" });
  });

  it("refuses what the browser encodes as something else", async () => {
    const png = shrink(taken(), darkroom({ width: 8, height: 8 }, 1, "image/png"));
    await expect(png).rejects.toBeInstanceOf(PhotoRefused);
  });
});
