import { describe, expect, it } from "vitest";
import { utf8 } from "$lib/crypto/bytes";
import { randomBytes } from "$lib/crypto/random";
import { deflate, inflate } from "$lib/envelope/deflate";
import { RecordTooLarge } from "$lib/envelope/errors";
import { pad, SIZE_CLASSES, unpad } from "$lib/envelope/padding";

/** `length ‖ deflated ‖ zeros`, of any size and length, as a forger would write it. */
function plaintext(deflated: Uint8Array, size: number, length = deflated.length): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(deflated, 4);
  return bytes;
}

/** Random bytes deflate to themselves and 5 bytes a block of 65,535. */
async function incompressible(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = Array.from({ length: Math.ceil(bytes / 65_536) }, () => randomBytes(65_536));
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk])).slice(0, bytes);
}

describe("padding (wire §3.1)", () => {
  it("gives back what was padded, whatever its size class", async () => {
    for (const bytes of [0, 1, 2000, 3000, 40_000, 260_000]) {
      const content = await incompressible(bytes);
      const padded = await pad(content);
      expect(SIZE_CLASSES).toContain(padded.length);
      expect(await unpad(padded)).toEqual(content);
    }
  });

  it("takes the smallest class that holds length and stream", async () => {
    expect((await pad(utf8("short"))).length).toBe(2048);
    expect((await pad(await incompressible(2048 - 4 - 5))).length).toBe(2048);
    expect((await pad(await incompressible(2048 - 4 - 4))).length).toBe(4096);
  });

  it("refuses a record larger than the largest class before sealing", async () => {
    await expect(pad(await incompressible(256 * 1024))).rejects.toBeInstanceOf(RecordTooLarge);
  });

  it("refuses a record that readers would refuse to inflate", async () => {
    await expect(pad(new Uint8Array(2 * 1024 * 1024 + 1))).rejects.toBeInstanceOf(RecordTooLarge);
  });
});

describe("a plaintext is refused", () => {
  const bad = { code: "bad-padding" };

  it("when its size is no class, or not the smallest", async () => {
    const deflated = await deflate(utf8("x"));
    await expect(unpad(new Uint8Array(3))).rejects.toMatchObject(bad);
    await expect(unpad(plaintext(deflated, 2049))).rejects.toMatchObject(bad);
    await expect(unpad(plaintext(deflated, 4096))).rejects.toMatchObject(bad);
  });

  it("when its length reaches beyond its end", async () => {
    await expect(unpad(plaintext(await deflate(utf8("x")), 2048, 0xffff_ffff))).rejects.toMatchObject(bad);
    await expect(unpad(plaintext(await deflate(utf8("x")), 2048, 2045))).rejects.toMatchObject(bad);
  });

  it("when what pads it is not zeros", async () => {
    const padded = plaintext(await deflate(utf8("x")), 2048);
    padded[2047] = 1;
    await expect(unpad(padded)).rejects.toMatchObject(bad);
  });

  it("when its stream is cut or damaged", async () => {
    const deflated = await deflate(utf8("a record ".repeat(50)));
    await expect(unpad(plaintext(deflated.slice(0, -3), 2048))).rejects.toMatchObject(bad);
    await expect(unpad(plaintext(Uint8Array.of(7, 7, 7), 2048))).rejects.toMatchObject(bad);
  });

  it("when it inflates beyond 2 MiB", async () => {
    const bomb = await deflate(new Uint8Array(2 * 1024 * 1024 + 1));
    const size = SIZE_CLASSES.find((each) => each >= bomb.length + 4) ?? 0;
    await expect(unpad(plaintext(bomb, size))).rejects.toMatchObject(bad);
  });
});

describe("inflate", () => {
  it("stops at its bound", async () => {
    const deflated = await deflate(new Uint8Array(100_000));
    await expect(inflate(deflated, 99_999)).rejects.toThrow("larger than the bound");
    expect((await inflate(deflated, 100_000)).length).toBe(100_000);
  });
});
