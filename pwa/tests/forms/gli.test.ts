/** GLI reference values: those printed by the papers and computed by the reference tools, to the printed precision. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  type GliIndex,
  gliReference,
  type GliReference,
  type GliSet,
  type GliTables,
  lowerLimit,
  percentOfPredicted,
  upperLimit,
  zScore,
} from "$lib/forms/functions/gli";
import { loadGliTables } from "$lib/forms/functions/tables";
import { vectors } from "./flat";

interface Subject {
  readonly set: GliSet;
  readonly sex: "F" | "M";
  readonly age: number;
  readonly height_cm: number;
  readonly group?: number;
  readonly index: GliIndex;
  readonly measured: number;
}
interface Vector extends Subject {
  readonly predicted: number;
  readonly lln: number;
  readonly uln: number;
  readonly z: number;
  readonly percent: number;
}
interface Printed extends Subject {
  readonly source: string;
  readonly printed: Readonly<Record<string, number>>;
}

const gli = vectors<{ vectors: Vector[]; published: Printed[] }>("gli.json");
let tables: GliTables;

beforeAll(async () => {
  tables = await loadGliTables();
});

function referenceOf({ set, sex, age, height_cm: heightCm, group = 1, index }: Subject): GliReference {
  const reference = gliReference(tables, { set, sex, age, heightCm, group, index });
  if (reference === null) throw new Error("no reference");
  return reference;
}

const FIGURES: Readonly<Record<string, (reference: GliReference, measured: number) => number>> = {
  M: ({ M }) => M,
  S: ({ S }) => S,
  L: ({ L }) => L,
  lln: lowerLimit,
  z: zScore,
  percent: percentOfPredicted,
};

test("there are vectors of both sets, both sexes and the three indices", () => {
  const kinds = new Set(gli.vectors.map(({ set, sex, index }) => `${set} ${sex} ${index}`));
  expect(kinds.size).toBe(12);
});

test.each(gli.vectors)("$set $index $sex $age years $height_cm cm", (vector) => {
  const reference = referenceOf(vector);
  expect(reference.M).toBeCloseTo(vector.predicted, 4);
  expect(lowerLimit(reference)).toBeCloseTo(vector.lln, 4);
  expect(upperLimit(reference)).toBeCloseTo(vector.uln, 4);
  expect(zScore(reference, vector.measured)).toBeCloseTo(vector.z, 3);
  expect(percentOfPredicted(reference, vector.measured)).toBeCloseTo(vector.percent, 2);
});

test.each(gli.published)("$source", (example) => {
  const reference = referenceOf(example);
  for (const [name, printed] of Object.entries(example.printed)) {
    const decimals = (String(printed).split(".")[1] ?? "").length;
    const half = 0.5 * 10 ** -decimals + 1e-9;
    expect(Math.abs((FIGURES[name]?.(reference, example.measured) ?? NaN) - printed)).toBeLessThanOrEqual(
      half,
    );
  }
});

describe("nothing is extrapolated", () => {
  const subject = { set: "gli-2022", sex: "F", heightCm: 160, group: 1, index: "fvc" } as const;
  test.each([
    [2.999, false],
    [3, true],
    [95, true],
    [95.001, false],
    [NaN, false],
  ])("at %d years", (age, known) => {
    expect(gliReference(tables, { ...subject, age }) !== null).toBe(known);
  });

  test("without a height", () => {
    expect(gliReference(tables, { ...subject, age: 40, heightCm: 0 })).toBeNull();
  });
});
