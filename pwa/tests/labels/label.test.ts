import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelVisit, readLabel, typedLabel } from "$lib/labels/label";

/** Bytes 0 to 15; the visits were computed with Python's hashlib. */
const SHEET = { seed: "AAECAwQFBgcICQoLDA0ODw", count: 24 };
const SEVENTH = "dcda4c1d-6e74-bbc2-27b1-4b81595afe71";
const QR = "ESCALE/P/DCDA4C1D6E74BBC227B14B81595AFE71/7";

/** What the server prints: the same file is read by its tests. */
const VECTORS = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/labels.json", import.meta.url), "utf-8"),
) as { labels: readonly { seed: string; number: number; visit: string; qr: string }[] };

describe("a label", () => {
  it.each(VECTORS.labels)(
    "printed by the server is read, number $number",
    async ({ seed, number, visit, qr }) => {
      expect(await readLabel(qr, { seed, count: 500 }, [])).toEqual({
        kind: "label",
        label: { visit, number },
        ours: true,
      });
    },
  );

  it("names the visit that its sheet's seed and its number give (wire §4.1)", async () => {
    expect(await labelVisit(SHEET.seed, 1)).toBe("0d157d63-5331-8f91-e270-cc59cd89fbe8");
    expect(await labelVisit(SHEET.seed, 7)).toBe(SEVENTH);
  });

  it("is read from its QR, and told to be of this stop's sheet", async () => {
    const label = { visit: SEVENTH, number: 7 };
    expect(await readLabel(QR, SHEET, [])).toEqual({ kind: "label", label, ours: true });
    expect(await readLabel(` ${QR}\n`, SHEET, [])).toEqual({ kind: "label", label, ours: true });
  });

  it("of another known sheet is taken by its QR, and said to be of another", async () => {
    const label = { visit: SEVENTH, number: 7 };
    const others = [{ ...SHEET, seed: "////////////////////_w" }, SHEET];
    expect(await readLabel(QR, null, others)).toEqual({ kind: "label", label, ours: false });
    expect(await readLabel(QR, { ...SHEET, count: 6 }, others)).toEqual({
      kind: "label",
      label,
      ours: false,
    });
  });

  it("of no known sheet is refused: forged, it would name any visit", async () => {
    const refused = { kind: "fault", fault: "unknown" };
    const known = "ESCALE/P/11111111111141118111111111111111/7"; // a visit that its forger has seen
    expect(await readLabel(known, SHEET, [SHEET])).toEqual(refused);
    expect(await readLabel(QR, null, [])).toEqual(refused);
    // Beyond what was printed, or under another number than its own.
    expect(await readLabel(QR, { ...SHEET, count: 6 }, [])).toEqual(refused);
    expect(await readLabel(QR, null, [{ ...SHEET, count: 6 }])).toEqual(refused);
    expect(await readLabel(QR.replace(/7$/, "8"), SHEET, [SHEET])).toEqual(refused);
  });

  it.each([
    "https://example.org",
    "ESCALE/P/DCDA/7",
    "ESCALE/P/dcda4c1d6e74bbc227b14b81595afe71/7",
    "ESCALE/P/DCDA4C1D6E74BBC227B14B81595AFE71/0",
    "ESCALE/P/DCDA4C1D6E74BBC227B14B81595AFE71/501",
    "",
  ])("that says %j is none of ours", async (text) => {
    expect(await readLabel(text, SHEET, [])).toEqual({ kind: "fault", fault: "foreign" });
  });

  it("is found by the number somebody types, of this stop's sheet only", async () => {
    const label = { visit: SEVENTH, number: 7 };
    expect(await typedLabel(" 7 ", SHEET)).toEqual({ kind: "label", label, ours: true });
    expect(await typedLabel("007", SHEET)).toEqual({ kind: "label", label, ours: true });
    for (const typed of ["0", "25", "", "sept", "-1", "7,5"]) {
      expect(await typedLabel(typed, SHEET)).toEqual({ kind: "fault", fault: "number" });
    }
    expect(await typedLabel("7", null)).toEqual({ kind: "fault", fault: "number" });
  });
});
