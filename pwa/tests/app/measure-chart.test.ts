/** The drawing of measures says its values in words, and draws two visits of one day. */
import { render } from "svelte/server";
import { expect, test } from "vitest";
import MeasureChart from "../../src/screens/MeasureChart.svelte";

const point = (visit: string, day: string, value: number): { visit: string; day: string; value: number } => ({
  visit,
  day,
  value,
});

test("a chart of two lines names each visit once, upper and lower together", () => {
  const lines = [
    [point("a", "2026-01-03", 128), point("b", "2026-05-12", 141)],
    [point("a", "2026-01-03", 76), point("b", "2026-05-12", 82)],
  ];
  const html = render(MeasureChart, { props: { label: "PA", lines } }).body;
  expect(html).toContain("PA\u00a0: 03/01/2026 128/76, 12/05/2026 141/82");
  expect(html).not.toContain("NaN");
  expect(html).not.toContain("style=");
});

test("two visits of one day lie beside each other, and equal values on one line", () => {
  const lines = [[point("a", "2026-01-03", 70), point("b", "2026-01-03", 70)]];
  const html = render(MeasureChart, { props: { label: "Poids", lines } }).body;
  expect([...html.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [x, y])).toEqual([
    ["12", "48"],
    ["308", "48"],
  ]);
});
