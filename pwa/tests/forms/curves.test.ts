/** Curves as `tests/vectors/forms/curves.json` has them; what this tablet writes is what both engines accept. */
import { describe, expect, test } from "vitest";
import { areCurves } from "$lib/forms/curves";
import { refuseStoredText } from "$lib/forms/limits";
import { type Trial, writeCurves } from "$lib/spirometry";
import { vectors } from "./flat";
import { item, ours, questionOf, written } from "./written";

interface Case {
  readonly name: string;
  readonly text: string;
  readonly valid: boolean;
  readonly padded_to?: number;
}

const { cases } = vectors<{ readonly cases: readonly Case[] }>("curves.json");
const curves = ours("control", { valueCode: "spirometer-file" });
const form = written([item("s.curves", "text", { extension: [curves] }), item("s.notes", "text")]);

describe("a spirometer's curves", () => {
  test.each(cases)("$name", ({ text, valid, padded_to: length = 0 }) => {
    const padded = text.padEnd(length);
    expect(areCurves(padded)).toBe(valid);
    const refusal = refuseStoredText(questionOf(form, "s.curves"), padded);
    expect(refusal).toEqual(valid ? null : { code: "curves" });
    expect(refuseStoredText(questionOf(form, "s.notes"), padded)).toBeNull();
  });

  test("are what is written from the largest file that is read", () => {
    const samples = Array.from({ length: 4000 }, (_, index) => index);
    const trial = (n: number): Trial => ({
      n,
      fev1: 11.98765,
      fvc: 11.98766,
      time_s: samples.map((index) => -4.99999 + index / 70),
      volume_l: samples.map((index) => -11.98765 + index / 1e5),
      flow_l_s: samples.map((index) => -19.56789 + Math.sin(index) / 10),
    });
    const trials = Array.from({ length: 9 }, (_, index) => trial(index + 1));
    const text = writeCurves({ v: 1, source: "ndd-xml", device: "x".repeat(5000), trials });
    expect(areCurves(text)).toBe(true);
  });
});
