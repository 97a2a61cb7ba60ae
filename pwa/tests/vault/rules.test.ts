import { describe, expect, it } from "vitest";
import { passphraseStrength } from "$lib/vault/passphrase";
import { isPin, pinDefect, pinVerifier } from "$lib/vault/pin";
import { makeRecoveryCode, readRecoveryCode, shownRecoveryCode } from "$lib/vault/recovery";
import { randomBytes } from "$lib/crypto/random";

describe("a passphrase (CNIL 2022-100, 80 bits)", () => {
  it.each([
    ["twelve characters of four classes", "Escale-2026!", null],
    ["eleven characters of four classes", "Escale-202!", "too-short"],
    ["twelve characters of three classes", "Escale202611", "too-short"],
    ["fourteen characters of three classes", "Escale20261115", null],
    ["fourteen characters of two classes", "escale20261115", "too-few-classes"],
    ["seven words", "le bus part avant que vienne nuit", null],
    ["six words of lower case", "le bus part avant que vienne", "too-few-classes"],
    ["one word said seven times", "vert vert vert vert vert vert vert", "too-few-classes"],
    ["few different characters", "Aa1!Aa1!Aa1!Aa1!", "repeats"],
    ["nothing", "", "too-short"],
  ])("of %s: %s", (_, passphrase, defect) => {
    expect(passphraseStrength(passphrase).defect).toBe(defect);
  });

  it("is not the member's name with a few characters", () => {
    expect(passphraseStrength("Durand-2026!!", ["Claire Durand"]).defect).toBe("contains-name");
  });

  it("counts what a person sees as one character once", () => {
    expect(passphraseStrength("👶👶").length).toBe(2);
  });
});

describe("a PIN", () => {
  it.each([
    ["0000", "trivial"],
    ["1234", "trivial"],
    ["654321", "trivial"],
    ["1212", "trivial"],
    ["123", "not-digits"],
    ["1234567", "not-digits"],
    ["12a4", "not-digits"],
    ["4071", null],
    ["2580", null],
    ["407193", null],
  ])("%s: %s", (pin, defect) => {
    expect(pinDefect(pin)).toBe(defect);
  });

  it("is recognised by its verifier, which another PIN does not satisfy", async () => {
    const verifier = await pinVerifier("4071", randomBytes);
    expect([await isPin("4071", verifier), await isPin("4072", verifier)]).toEqual([true, false]);
  });
});

describe("a recovery code", () => {
  it("is 25 symbols in groups of five, read back as a person copies it", () => {
    const code = makeRecoveryCode(randomBytes);
    expect(shownRecoveryCode(code)).toMatch(/^(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}$/);
    expect(readRecoveryCode(shownRecoveryCode(code).toLowerCase().replaceAll("0", "O"))).toBe(code);
  });

  it("is not read when a symbol is missing", () => {
    expect(readRecoveryCode("ABCDE-FGHJK")).toBeNull();
  });
});
