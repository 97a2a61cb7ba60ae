/** Registration of this tablet's slots with central, for as long as something waits for an answer. */
import { saveEnrolment } from "$lib/store/device";
import type { AccessTokens } from "$lib/sync/access";
import { SyncError } from "$lib/sync/errors";
import { Interruption } from "$lib/sync/interruption";
import type { Access } from "./access.svelte";
import type { Environment } from "./environment";
import { registerSlots } from "./registration";

/** How often central is asked about a slot that a coordinator has not confirmed yet. */
const REGISTER_EVERY_MS = 4_000;

/** What registers slots. */
export class Registrar {
  readonly #environment: Environment;
  readonly #access: Access;
  readonly #central: AccessTokens;
  readonly #waiting = new Interruption();
  #stopped = false;

  /** `central`: access to central, where what is registered is registered. */
  constructor(environment: Environment, access: Access, central: AccessTokens) {
    this.#environment = environment;
    this.#access = access;
    this.#central = central;
  }

  /** Something may have changed: ask now. */
  wake(): void {
    this.#waiting.interrupt();
  }

  /** Ask no more. */
  stop(): void {
    this.#stopped = true;
    this.wake();
  }

  /** Tell central about slots and learn about the team, until {@link stop}. Raises what is no `SyncError`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const waits = await this.#ask();
      await this.#waiting.wait(waits ? REGISTER_EVERY_MS : undefined);
    }
  }

  /** Whether an answer is still waited for. */
  async #ask(): Promise<boolean> {
    const { store, api, online } = this.#environment;
    try {
      if (!online()) return false;
      const waits = await registerSlots({ store, api, tokens: this.#central });
      await this.#access.refresh();
      const told = await this.#central.spend((token) => api.device(token));
      // The replica stays the one that holds this tablet's records: another period's is taken up by enrolment.
      const enrolment = { ...told, database: this.#access.enrolment.database };
      await saveEnrolment(store, enrolment);
      this.#access.learn(enrolment);
      return waits;
    } catch (error) {
      // The synchroniser shows what is wrong with the node; registration is simply tried again.
      if (!(error instanceof SyncError)) throw error;
      return this.#access.slots.some(({ state }) => state === "pending");
    }
  }
}
