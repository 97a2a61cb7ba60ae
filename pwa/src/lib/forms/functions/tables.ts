/** The tables of named functions, one file with the server's; its own chunk, fetched with the evaluator and precached. */
import type { GliTables } from "./gli";

/** The GLI tables, fetched once a page. */
export async function loadGliTables(): Promise<GliTables> {
  return (await import("../../../../../forms/data/gli.json")).default;
}
