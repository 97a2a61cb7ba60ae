import { expect, test } from "vitest";
import { backoff } from "$lib/sync/backoff";

test("the wait doubles with each failure, half of it drawn", () => {
  expect(backoff(1, () => 0)).toBe(500);
  expect(backoff(1, () => 1)).toBe(1_000);
  expect(backoff(4, () => 0)).toBe(4_000);
  expect(backoff(4, () => 1)).toBe(8_000);
});

test("the wait never exceeds half a minute", () => {
  expect(backoff(500, () => 1)).toBe(30_000);
});
