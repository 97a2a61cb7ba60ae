import { expect, test } from "vitest";
import type { Roster } from "$lib/central/roster";
import { rosterOf } from "../../src/app/stops";

function roster(id: string, date: string): Roster {
  const stop = { id, date, name: id, campaign: "c", campaign_title: "C", commune: "42015" };
  const hours = { opens: "09:00", closes: "16:30", latitude: null, longitude: null };
  return { stop: { ...stop, ...hours }, form: { url: "u", version: "1" }, team_title: "T", expected: [] };
}

const rosters = [roster("past", "2026-11-20"), roster("today", "2026-11-23"), roster("next", "2026-11-25")];

test("today's stop is shown first", () => {
  expect(rosterOf(rosters, null, "2026-11-23")?.stop.id).toBe("today");
});

test("a stop that was chosen stays", () => {
  expect(rosterOf(rosters, "past", "2026-11-23")?.stop.id).toBe("past");
});

test("on a day without a stop the next one is shown, and after all of them the last", () => {
  expect(rosterOf(rosters, null, "2026-11-24")?.stop.id).toBe("next");
  expect(rosterOf(rosters, null, "2026-12-24")?.stop.id).toBe("next");
});

test("without any roster there is no stop", () => {
  expect(rosterOf([], null, "2026-11-23")).toBeNull();
});
