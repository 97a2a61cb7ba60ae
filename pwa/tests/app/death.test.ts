import { expect, test } from "vitest";
import { deathDoubt, readDeathDate } from "../../src/app/death";

const KNOWN = { birth: "1958-04-03", lastVisit: "2026-05-12" };

test("a death before the birth is refused", () => {
  expect(deathDoubt("1958-04-02", KNOWN)).toBe("before-birth");
  expect(deathDoubt("1958-04-03", { ...KNOWN, lastVisit: null })).toBeNull();
});

test("a death before the last visit is asked again, on its day or after it is not", () => {
  expect(deathDoubt("2026-05-11", KNOWN)).toBe("before-visit");
  expect(deathDoubt("2026-05-12", KNOWN)).toBeNull();
  expect(deathDoubt("2026-11-20", KNOWN)).toBeNull();
});

test("nothing is said of an unknown date, nor when nothing is known of the person", () => {
  expect(deathDoubt(readDeathDate("", "2026-11-23"), KNOWN)).toBeNull();
  expect(deathDoubt(readDeathDate("32/13/2026", "2026-11-23"), KNOWN)).toBeNull();
  expect(deathDoubt("1900-01-01", { birth: null, lastVisit: null })).toBeNull();
});
