import { describe, expect, it } from "vitest";
import { encodeCrockford, grouped, normalizeCrockford } from "$lib/crypto/crockford";
import { sha256Hex } from "$lib/crypto/digest";
import { thumbprint } from "$lib/crypto/jwk";
import { shortCode } from "$lib/crypto/short-code";

describe("codes that people read", () => {
  it("take five bits a symbol, most significant first", () => {
    expect(encodeCrockford(Uint8Array.of(0b00000_000, 0b01_00010_1, 0b1111_0000), 4)).toBe("012Z");
  });

  it("refuse to invent bits", () => {
    expect(() => encodeCrockford(Uint8Array.of(255), 2)).toThrow(RangeError);
  });

  it("are read as typed: lower case, spaces, hyphens, and letters taken for digits", () => {
    expect(normalizeCrockford("abc-1oi l0")).toBe("ABC10110");
    expect(normalizeCrockford("ABCU")).toBeNull();
  });

  it("are shown in groups", () => {
    expect(grouped("ABCDEFG", 3)).toBe("ABC-DEF-G");
  });

  it("are the same on both sides for one key (wire §6)", async () => {
    expect(await shortCode("5d0c7e7e-0000-4000-8000-000000000000", "thumbprint")).toBe(
      await shortCode("5d0c7e7e-0000-4000-8000-000000000000", "thumbprint"),
    );
    expect(await shortCode("x", "y")).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}$/);
  });
});

describe("digests and thumbprints", () => {
  it("write SHA-256 in lower-case hexadecimal (FIPS 180-2, B.1)", async () => {
    expect(await sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("name a key by its RFC 7638 thumbprint, whatever other members it carries", async () => {
    const key = {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    } as const;
    expect(await thumbprint({ ...key, use: "sig", kid: "another" })).toBe(await thumbprint(key));
    expect(await thumbprint(key)).toHaveLength(43);
  });
});
