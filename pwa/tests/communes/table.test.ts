/** Searching the communes as a person types, and measuring as the crow flies. */
import { describe, expect, test } from "vitest";
import { loadCommunes } from "$lib/communes";
import { fold } from "$lib/communes/fold";
import { CommuneTable } from "$lib/communes/table";
import { distanceKm } from "$lib/forms/distance";
import { communesCsv, vectors } from "../forms/flat";

interface CommuneVectors {
  distances: { from: [number, number]; to: [number, number]; km: number; about: string }[];
  searches: { query: string; codes?: string[]; first?: string[] }[];
}

const shared = vectors<CommuneVectors>("communes.json");
const table = CommuneTable.parse(communesCsv());
const LE_CROZET = { latitude: 46.1702, longitude: 3.8555 };

const named = (query: string, stop: typeof LE_CROZET | null = null): string[] =>
  table.search(query, { stop }).map(({ commune }) => commune.name);
const coded = (query: string, limit = 20): string[] =>
  table.search(query, { limit }).map(({ commune }) => commune.insee);

describe("a search", () => {
  test.each(shared.searches)("for $query answers as the server's", ({ query, codes, first }) => {
    if (codes) expect(coded(query)).toEqual(codes);
    if (first) expect(coded(query).slice(0, first.length)).toEqual(first);
  });

  test("finds words in any order, without accents or hyphens", () => {
    expect(named("loire belmont")).toEqual(["Belmont-de-la-Loire"]);
    expect(named("saint etienne")[0]).toBe("Saint-Étienne");
    expect(named("st etienne")[0]).toBe("Saint-Étienne");
  });

  test("puts the exact name before longer ones, whatever their population", () => {
    expect(named("lyon").slice(0, 2)).toEqual(["Lyon", "Lyon 3e Arrondissement"]);
  });

  test("puts what is near the stop before what is big", () => {
    expect(named("crozet").slice(0, 2)).toEqual(["Crozet", "Le Crozet"]);
    expect(table.search("crozet", { stop: LE_CROZET })[0]?.commune.insee).toBe("42078");
    expect(named("roa", LE_CROZET)[0]).toBe("Roanne");
  });

  test("gives the distance to the stop, none without a stop", () => {
    expect(table.search("42078", { stop: LE_CROZET })[0]?.distanceKm).toBe(0);
    expect(table.search("42078")[0]?.distanceKm).toBeNull();
  });

  test("waits for two letters, and takes any text", () => {
    for (const query of ["", " ", "a", "-", "((", "\\", "a'"]) expect(named(query)).toEqual([]);
    expect(named("sa").length).toBe(8);
  });

  test("answers a keystroke on 35,000 communes in a few milliseconds", () => {
    const queries = ["sa", "sai", "saint", "saint e", "la", "vi", "mont", "belm", "belmont de", "zz"];
    const durations = queries.map((query) => {
      const start = performance.now();
      table.search(query, { stop: LE_CROZET });
      return performance.now() - start;
    });
    expect(durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 2)]).toBeLessThan(10);
  });
});

describe("the table", () => {
  test("keeps every commune with its code as text", () => {
    expect(table.size).toBe(34915);
    expect(table.get("01004")?.name).toBe("Ambérieu-en-Bugey");
    expect(table.get("2A004")?.name).toBe("Ajaccio");
  });

  test("names communes with their article", () => {
    expect(table.get("42104")?.name).toBe("La Gresle");
    expect(table.get("99999")).toBeNull();
  });

  test("keeps a commune of unknown population, after the others", () => {
    expect(table.get("97601")?.population).toBeNull();
  });

  test("leaves out lines that are no commune", () => {
    expect(CommuneTable.parse("\n;;;;\n01001;A;;;1\n01002;B;46.0;5.0;2\n").size).toBe(1);
  });

  test("is fetched again after a failure, once after a success", async () => {
    let calls = 0;
    const failing = (): Promise<Response> => Promise.reject(new TypeError("offline"));
    await expect(loadCommunes(failing)).rejects.toThrow("was not reached");
    await expect(loadCommunes(() => Promise.resolve(new Response("", { status: 503 })))).rejects.toThrow(
      "503",
    );
    const working = (): Promise<Response> => {
      calls += 1;
      return Promise.resolve(new Response("01002;B;46.0;5.0;2\n"));
    };
    expect((await loadCommunes(working)).size).toBe(1);
    await loadCommunes(working);
    expect(calls).toBe(1);
  });
});

describe("a distance", () => {
  test.each(shared.distances)("$about", ({ from, to, km }) => {
    const at = ([latitude, longitude]: [number, number]): typeof LE_CROZET => ({ latitude, longitude });
    expect(distanceKm(at(from), at(to))).toBe(km);
  });
});

test("a folded name has neither case, accent nor abbreviation", () => {
  expect(fold("L'Haÿ-les-Roses")).toBe("l hay les roses");
  expect(fold("Œuilly")).toBe("oeuilly");
  expect(fold("Ste Foy")).toBe("sainte foy");
  expect(fold("St")).toBe("st");
});
