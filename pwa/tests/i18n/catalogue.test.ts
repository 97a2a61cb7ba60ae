/** The catalogue: the same keys in both languages, and French written as French is. */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { formatDate, formatNumber, formatTime, plural, speak, t } from "$i18n/index";
import { enumerate, frenchTypography } from "$i18n/typography";

type Sentences = Record<string, string>;
const folder = new URL("../../src/i18n/", import.meta.url);
const read = (language: string, area: string): Sentences =>
  JSON.parse(readFileSync(new URL(`${language}/${area}`, folder), "utf-8")) as Sentences;
const areas = readdirSync(new URL("fr/", folder));
const placeholders = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).toSorted();

afterEach(() => speak("fr"));

describe.each(areas)("%s", (area) => {
  const french = read("fr", area);
  const english = read("en", area);

  test("has the same keys and parameters in English", () => {
    expect(Object.keys(english).toSorted()).toEqual(Object.keys(french).toSorted());
    for (const [key, sentence] of Object.entries(french)) {
      expect([key, ...placeholders(english[key] ?? "")]).toEqual([key, ...placeholders(sentence)]);
    }
  });

  test("is typographically right", () => {
    const typeset = Object.fromEntries(
      Object.entries(french).map(([key, text]) => [key, frenchTypography(text)]),
    );
    expect(french).toEqual(typeset);
  });

  test("has a plural for every singular", () => {
    const singulars = Object.keys(french).filter((key) => key.endsWith(".one"));
    for (const key of singulars) expect(Object.keys(french)).toContain(key.replace(/one$/, "other"));
  });
});

describe("a sentence", () => {
  test("takes its parameters, numbers as French writes them", () => {
    expect(t("capture.step", { number: 2, total: 7 })).toBe("Étape 2 sur 7");
    expect(t("capture.soft_limit", { value: "36,5" })).toBe("36,5 est inhabituel.");
    expect(t("capture.step", { number: 2 })).toBe("Étape 2 sur {total}");
  });

  test("agrees with its number: zero and one are singular in French, only one in English", async () => {
    expect([0, 1, 2].map((count) => plural("kit.results", count))).toEqual([
      "0 résultat",
      "1 résultat",
      "2 résultats",
    ]);
    await speak("en");
    expect([0, 1, 2].map((count) => plural("kit.results", count))).toEqual([
      "0 results",
      "1 result",
      "2 results",
    ]);
    expect(t("capture.yes")).toBe("Yes");
  });

  test.each([
    ["Alex Fictif", "Pause d’Alex Fictif"],
    ["Élise", "Pause d’Élise"],
    ["ÉTOURNEAU Gaspard", "Pause d’ÉTOURNEAU Gaspard"],
    ["E\u0301lise", "Pause d’E\u0301lise"],
    ["Œillet", "Pause d’Œillet"],
    ["Yves", "Pause d’Yves"],
    ["Yanis", "Pause de Yanis"],
    ["Ouassim", "Pause de Ouassim"],
    ["Hamza", "Pause de Hamza"],
    ["Dominique", "Pause de Dominique"],
  ])("elides « de » before a name said with a vowel: %s", (name, title) => {
    expect(t("app.veil_title", { name })).toBe(title);
  });

  test("elides a name and no number, and no other word that ends in « de »", async () => {
    expect(t("capture.error_hard-limit_between", { min: 1, max: 8 })).toContain("de 1 à 8");
    expect(plural("closing.open_photos_of", 2, { name: "Alex" })).toContain("2 photos d’Alex à sceller");
    await speak("en");
    expect(t("app.message_from", { name: "Alex" })).toBe("Message from Alex");
  });

  test("is typeset: spaces before double signs, curly apostrophes", () => {
    expect(frenchTypography("C'est « prêt » : oui ? non ! 09:42 ; fin")).toBe(
      "C’est «\u00a0prêt\u00a0»\u00a0: oui\u202f? non\u202f! 09:42\u202f; fin",
    );
  });

  test("enumerates", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((items) => enumerate(items, "et"))).toEqual([
      "",
      "a",
      "a et b",
      "a, b et c",
    ]);
  });
});

describe("dates and numbers", () => {
  test("are written in the language, whatever the time zone", async () => {
    expect(formatDate("1958-04-03")).toBe("03/04/1958");
    expect(formatDate("1958-04-03", "long")).toBe("3 avril 1958");
    expect(formatDate("half a date")).toBe("half a date");
    expect(formatNumber(12345.5)).toBe("12\u202f345,5");
    expect(formatNumber(10000)).toBe("10\u202f000");
    expect(formatNumber(-10000)).toBe("\u221210\u202f000");
    expect(formatNumber(1980)).toBe("1980");
    expect(formatNumber(7.44, 1)).toBe("7,4");
    expect(formatNumber(0.7, 2, 2)).toBe("0,70");
    expect(formatNumber(-1.64, 2, 2)).toBe("\u22121,64");
    await speak("en");
    expect(formatDate("1958-04-03", "long")).toBe("3 April 1958");
  });

  test("tell the time of the tablet's own clock", () => {
    const noon = new Date(2026, 10, 23, 9, 42, 7);
    expect(formatTime(noon)).toBe("09:42");
    expect(formatTime(noon.toISOString(), true)).toBe("09:42:07");
  });
});
