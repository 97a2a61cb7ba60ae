/** The stop that someone chose today on this tablet, whoever is at work; nobody is asked again after each record. */
import type { Store } from "$lib/store/database";
import { readSetting, writeSetting } from "$lib/store/settings";

const CHOSEN_STOP = "chosen-stop";

/** The stop chosen on a day, `YYYY-MM-DD`. */
interface Chosen {
  readonly date: string;
  readonly stop: string;
}

/** A choice that ends with the day. */
export class ChosenStop {
  #chosen = $state.raw<Chosen | null>(null);
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Read what was chosen before. */
  async read(): Promise<void> {
    this.#chosen = await readSetting(this.#store, CHOSEN_STOP, readChosen);
  }

  /** The stop chosen on `today`, `YYYY-MM-DD`, or `null`. */
  on(today: string): string | null {
    return this.#chosen?.date === today ? this.#chosen.stop : null;
  }

  /** Stay at `stop` for the rest of `today`. */
  async choose(stop: string, today: string): Promise<void> {
    this.#chosen = { date: today, stop };
    await writeSetting(this.#store, CHOSEN_STOP, this.#chosen);
  }
}

function readChosen(value: unknown): Chosen | null {
  const { date, stop } = (typeof value === "object" && value !== null ? value : {}) as Partial<Chosen>;
  return typeof date === "string" && typeof stop === "string" ? { date, stop } : null;
}
