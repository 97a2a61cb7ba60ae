import { describe, expect, it } from "vitest";
import { Interruption } from "$lib/sync/interruption";

describe("An interruption", () => {
  it("ends the wait under way", async () => {
    const interruption = new Interruption();
    const waited = interruption.wait();
    interruption.interrupt();
    expect(await waited).toBe(true);
  });

  it("that comes during the work ends the wait that follows, and only that one", async () => {
    const interruption = new Interruption();
    interruption.interrupt();
    expect(await interruption.wait()).toBe(true);
    expect(await interruption.wait(1)).toBe(false);
  });
});
