import { expect, test } from "vitest";
import type { Roster } from "$lib/central/roster";
import { rosterOf, stopWords } from "../../src/app/stops";

function roster(id: string, date: string, opens = "09:00", closes = "16:30"): Roster {
  const stop = { id, date, name: id, campaign: "c", campaign_title: "C", commune: "42015" };
  const hours = { opens, closes, latitude: null, longitude: null, on_duty: [], cancelled: false, slots: [] };
  const form = { url: "u", version: "1" };
  const forms = [{ ...form, title: null }];
  return { stop: { ...stop, ...hours }, form, forms, settings: {}, team_title: "T", expected: [] };
}

const rosters = [roster("past", "2026-11-20"), roster("today", "2026-11-23"), roster("next", "2026-11-25")];

test("today's stop is shown first", () => {
  expect(rosterOf(rosters, null, { date: "2026-11-23", time: "10:00" })?.stop.id).toBe("today");
});

test("a stop that was chosen stays", () => {
  expect(rosterOf(rosters, "past", { date: "2026-11-23", time: "10:00" })?.stop.id).toBe("past");
});

test("on a day without a stop the next one is shown, and after all of them the last", () => {
  expect(rosterOf(rosters, null, { date: "2026-11-24", time: "10:00" })?.stop.id).toBe("next");
  expect(rosterOf(rosters, null, { date: "2026-12-24", time: "10:00" })?.stop.id).toBe("next");
});

test("without any roster there is no stop", () => {
  expect(rosterOf([], null, { date: "2026-11-23", time: "10:00" })).toBeNull();
});

const bus = [
  roster("Belmont", "2026-11-23", "08:30", "10:30"),
  roster("La Gresle", "2026-11-23", "11:00", "12:30"),
  roster("Le Crozet", "2026-11-23", "14:00", "16:00"),
  roster("Villemontais", "2026-11-23", "16:15", "18:00"),
];

test.each([
  ["07:10", "Belmont"],
  ["10:29", "Belmont"],
  ["10:30", "La Gresle"],
  ["13:00", "Le Crozet"],
  ["19:45", "Villemontais"],
])("of a day's stops, at %s the bus is at %s or on its way there", (time, stop) => {
  expect(rosterOf(bus, null, { date: "2026-11-23", time })?.stop.id).toBe(stop);
});

test("a stop that was chosen stays although another one is open", () => {
  expect(rosterOf(bus, "Villemontais", { date: "2026-11-23", time: "09:00" })?.stop.id).toBe("Villemontais");
});

test("a cancelled stop is said to be in the list of stops", () => {
  const { stop } = roster("Belmont", "2026-11-23");
  expect(stopWords(stop, "2026-11-23")).toBe("Aujourd’hui – Belmont");
  expect(stopWords({ ...stop, cancelled: true }, "2026-11-23")).toBe("Aujourd’hui – Belmont (annulée)");
});
