import { describe, expect, it } from "vitest";
import { slipsBetween } from "$lib/names/distance";
import { foldName } from "$lib/names/fold";
import { soundOf } from "$lib/names/sound";
import { fold } from "$lib/communes/fold";
import { crowd } from "../people/people";

describe("one folding", () => {
  it("serves people and places; places also spell out Saint", () => {
    expect(foldName("L’Hœillet-D'Été  ÆGIR")).toBe("l hoeillet d ete aegir");
    expect(fold("St-Étienne")).toBe("saint etienne");
    expect(foldName("St-Étienne")).toBe("st etienne");
  });

  it("changes nothing the second time", () => {
    for (const { birth_name } of crowd(100)) {
      const once = foldName(birth_name ?? "");
      expect(foldName(once)).toBe(once);
    }
  });
});

describe("the sound of a name", () => {
  it.each([
    ["Lefèvre", "Lefebvre"],
    ["Faure", "Phaure"],
    ["Thomas", "Tomas"],
    ["Philippe", "Filipe"],
    ["Moreau", "Moro"],
    ["Gauthier", "Gautier"],
    ["François", "Fransois"],
    ["Durand", "Durant"],
    ["Mathieu", "Matthieu"],
    ["Éloïse", "Heloise"],
    ["Lambert", "Lanbert"],
  ])("is one for %s and %s", (one, other) => {
    expect(soundOf(one)).toBe(soundOf(other));
  });

  it.each([
    ["Martin", "Moulin"],
    ["Durand", "Renard"],
    ["Marie", "Maud"],
    ["Paul", "Paule-Anne"],
  ])("tells %s from %s", (one, other) => {
    expect(soundOf(one)).not.toBe(soundOf(other));
  });
});

describe("slips of the finger", () => {
  it.each([
    ["martin", "martin", 0],
    ["martin", "matrin", 1],
    ["martin", "martins", 1],
    ["martin", "mardin", 1],
    ["martin", "martel", 2],
    ["martin", "moulin", 3],
    ["martin", "durand-dupont", 3],
  ])("%s and %s: %i, counted up to two and one more", (one, other, slips) => {
    expect(slipsBetween(one, other, 2)).toBe(slips);
    expect(slipsBetween(other, one, 2)).toBe(slips);
  });
});
