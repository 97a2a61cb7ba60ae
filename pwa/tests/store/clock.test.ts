import { describe, expect, it } from "vitest";
import { rfc3339 } from "$lib/store/clock";
import { processLocks } from "$lib/store/locks";

describe("rfc3339", () => {
  it("names the same instant, with milliseconds and an offset", () => {
    const instant = new Date("2026-11-23T09:40:07.123Z");
    expect(rfc3339(instant)).toMatch(/^2026-11-2\dT\d{2}:\d{2}:\d{2}\.123[+-]\d{2}:\d{2}$/);
    expect(Date.parse(rfc3339(instant))).toBe(instant.getTime());
  });
});

describe("processLocks", () => {
  it("runs one holder of a name after the other, a failing one included", async () => {
    const locks = processLocks();
    const order: string[] = [];
    const first = locks.exclusive("chain", async () => {
      order.push("first begins");
      await Promise.resolve();
      order.push("first ends");
      throw new Error("failed");
    });
    const second = locks.exclusive("chain", () => Promise.resolve(order.push("second")));
    await expect(first).rejects.toThrow("failed");
    await second;
    expect(order).toEqual(["first begins", "first ends", "second"]);
  });
});
