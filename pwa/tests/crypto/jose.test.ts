import { beforeAll, describe, expect, it } from "vitest";
import { fromUtf8, toBase64url, utf8 } from "$lib/crypto/bytes";
import {
  compactKeyId,
  openCompact,
  openGeneral,
  parseGeneral,
  sealCompact,
  sealGeneral,
  type Recipients,
} from "$lib/crypto/jwe";
import {
  exportPublic,
  generateAgreementKeys,
  generateSigningKeys,
  importRecipient,
  importVerifying,
  importWrapping,
} from "$lib/crypto/jwk";
import { readUnverified, signCompact, verifyCompact } from "$lib/crypto/jws";

const TEAM = "6d1f2c5e-0a01-4b6e-8a01-000000000001.1";
let to: Recipients;
let owner: CryptoKeyPair;

beforeAll(async () => {
  owner = await generateAgreementKeys();
  to = {
    reader: { kid: TEAM, key: await importWrapping(new Uint8Array(32).fill(7)) },
    owner: { kid: "organization", key: await importRecipient(await exportPublic(owner.publicKey)) },
  };
});

describe("a JWE for two recipients", () => {
  it("has exactly the members of wire §3.2, in their order, without white space", async () => {
    const text = await sealGeneral(utf8("bonjour"), "escale-envelope", to);
    const jwe = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(jwe).sort()).toEqual(["ciphertext", "iv", "protected", "recipients", "tag"]);
    expect(jwe["protected"]).toBe(toBase64url(utf8('{"enc":"A256GCM","typ":"escale-envelope","v":1}')));
    expect(jwe["recipients"]).toMatchObject([
      { header: { alg: "A256KW", kid: TEAM } },
      { header: { alg: "ECDH-ES+A256KW", kid: "organization", epk: { kty: "EC", crv: "P-256" } } },
    ]);
    expect(text).not.toMatch(/\s/);
  });

  it("opens for either recipient", async () => {
    const jwe = parseGeneral(await sealGeneral(utf8("bonjour"), "escale-envelope", to), "escale-envelope");
    expect(fromUtf8(await openGeneral(jwe, jwe.recipients[0], to.reader.key))).toBe("bonjour");
    expect(fromUtf8(await openGeneral(jwe, jwe.recipients[1], owner.privateKey))).toBe("bonjour");
  });

  it("does not open with another key", async () => {
    const jwe = parseGeneral(await sealGeneral(utf8("bonjour"), "escale-envelope", to), "escale-envelope");
    const other = await importWrapping(new Uint8Array(32).fill(8));
    await expect(openGeneral(jwe, jwe.recipients[0], other)).rejects.toMatchObject({
      code: "decryption-failed",
    });
  });

  it("is refused with a further member, another order of recipients or another type", async () => {
    const text = await sealGeneral(utf8("bonjour"), "escale-envelope", to);
    const jwe = JSON.parse(text) as { recipients: unknown[] };
    const refused = (value: unknown): (() => unknown) => {
      return () => parseGeneral(JSON.stringify(value), "escale-envelope");
    };
    expect(refused({ ...jwe, aad: "" })).toThrow("malformed");
    expect(refused({ ...jwe, recipients: [...jwe.recipients].reverse() })).toThrow("malformed");
    expect(() => parseGeneral(text, "escale-draft+jwe")).toThrow("malformed");
    expect(() => parseGeneral("{", "escale-envelope")).toThrow("malformed");
  });
});

describe("a compact JWE", () => {
  it("opens with the key that its key id names", async () => {
    const jwe = await sealCompact(utf8("bonjour"), "JWE", to.reader);
    expect(compactKeyId(jwe)).toBe(TEAM);
    expect(fromUtf8(await openCompact(jwe, to.reader.key))).toBe("bonjour");
  });

  it("opens for the owner of an agreement key", async () => {
    const jwe = await sealCompact(utf8("bonjour"), "JWE", to.owner);
    expect(fromUtf8(await openCompact(jwe, owner.privateKey))).toBe("bonjour");
  });
});

describe("a compact JWS", () => {
  it("is believed only for its own key and type", async () => {
    const mine = await generateSigningKeys(false);
    const other = await generateSigningKeys(false);
    const jws = await signCompact({ a: 1 }, "escale-record+jws", { kid: "mine", key: mine.privateKey });
    expect(fromUtf8(await verifyCompact(jws, "escale-record+jws", mine.publicKey))).toBe('{"a":1}');
    await expect(verifyCompact(jws, "escale-record+jws", other.publicKey)).rejects.toThrow(
      "signature-invalid",
    );
    await expect(verifyCompact(jws, "escale-central+jws", mine.publicKey)).rejects.toThrow("malformed");
  });

  it("has exactly the header of wire §2", async () => {
    const { privateKey } = await generateSigningKeys(false);
    const jws = await signCompact({}, "escale-record+jws", { kid: "mine", key: privateKey });
    expect(atob(jws.split(".")[0] ?? "")).toBe('{"alg":"ES256","typ":"escale-record+jws","kid":"mine"}');
    expect(readUnverified(jws, "escale-record+jws").header.kid).toBe("mine");
  });

  it("is refused with a further header member, as `alg` none, or as text that is no JWS", () => {
    const forged = (header: object): string => `${toBase64url(utf8(JSON.stringify(header)))}.e30.AA`;
    const typ = "escale-record+jws";
    expect(() => readUnverified(forged({ alg: "ES256", typ, kid: "k", crit: ["b64"] }), typ)).toThrow(
      "malformed",
    );
    expect(() => readUnverified(forged({ alg: "none", typ, kid: "k" }), typ)).toThrow("malformed");
    expect(() => readUnverified("not a JWS", typ)).toThrow("malformed");
  });
});

describe("keys at the border", () => {
  it("refuse a point that is not on the curve", async () => {
    const off = {
      kty: "EC",
      crv: "P-256",
      x: toBase64url(new Uint8Array(32)),
      y: toBase64url(new Uint8Array(32)),
    };
    await expect(importVerifying(off as never)).rejects.toThrow("malformed");
  });

  it("refuse a wrapping key that is not 256 bits", async () => {
    await expect(importWrapping(new Uint8Array(16))).rejects.toThrow("malformed");
  });
});
