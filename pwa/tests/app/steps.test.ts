import { describe, expect, it } from "vitest";
import { nextStep } from "../../src/app/steps";

describe("the step offered in one tap", () => {
  it.each(["nurse", "doctor", "other"] as const)(
    "to somebody absent who comes late is to wait: %s",
    (hands) => {
      expect(nextStep(hands, "absent")).toBe("arrived");
    },
  );

  it("to somebody expected is to be with whoever is at work", () => {
    expect(nextStep("nurse", "expected")).toBe("with_nurse");
    expect(nextStep("doctor", "expected")).toBe("with_doctor");
    expect(nextStep("other", "expected")).toBe("arrived");
  });

  it.each(["done", "left", "turned_away"] as const)("is none to somebody %s", (status) => {
    expect(nextStep("nurse", status)).toBeNull();
  });
});
