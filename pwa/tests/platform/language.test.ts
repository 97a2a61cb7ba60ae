import { expect, test } from "vitest";
import { keepLanguage, readLanguage } from "$lib/platform/language";

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

test("a tablet speaks French until somebody chooses English, and again when they choose French", () => {
  const own = storage();
  expect(readLanguage(own)).toBe("fr");
  keepLanguage("en", own);
  expect(readLanguage(own)).toBe("en");
  keepLanguage("fr", own);
  expect(readLanguage(own)).toBe("fr");
});

test("what is kept and is no language of the catalogue is French, and so is a browser that keeps nothing", () => {
  const own = storage();
  own.setItem("escale.language", "tlh");
  expect(readLanguage(own)).toBe("fr");
  expect(readLanguage(undefined)).toBe("fr");
  expect(() => keepLanguage("en", undefined)).not.toThrow();
});
