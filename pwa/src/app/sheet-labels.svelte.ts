/** The numbers of the sheets of labels of the team's stops, by visit; they change as rarely as stops are planned. */
import type { Roster } from "$lib/central/roster";

const NONE: ReadonlyMap<string, number> = new Map();

/** The numbers that visits wear at a stand. */
export class SheetLabels {
  numbers = $state.raw<ReadonlyMap<string, number>>(NONE);
  #known = "";

  /** Number the sheets of `rosters`, when they are others than the last time. */
  async learn(rosters: readonly Roster[]): Promise<void> {
    const sheets = rosters.flatMap(({ stop }) => stop.labels ?? []);
    const known = sheets.map(({ seed, count }) => `${seed} ${count}`).join();
    if (known === this.#known) return;
    this.#known = known;
    const { labelNumbers } = await import("./stand");
    this.numbers = await labelNumbers(sheets);
  }
}
