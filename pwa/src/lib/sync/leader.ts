/**
 * One tab replicates; the others learn from it what it knows.
 *
 * Two replications of one database would write each other's checkpoints. The Web Lock elects the tab, and passes to
 * another by itself when that tab is closed or killed.
 */
import type { SyncState } from "./machine";

/** Run `lead` for as long as this tab holds the lock `name`; wait for it until `signal` aborts. */
export async function lead(
  locks: LockManager,
  name: string,
  signal: AbortSignal,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await locks.request(name, { signal }, run);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

type Message =
  | { readonly type: "state"; readonly state: SyncState }
  | { readonly type: "moved" }
  | { readonly type: "ask" }
  | { readonly type: "wake" };

/** What tabs tell each other about one synchronisation. */
export class TabChannel {
  readonly #channel: BroadcastChannel;

  constructor(
    name: string,
    hear: { state(state: SyncState): void; moved(): void; asked(): void; wake(): void },
  ) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data: message }: MessageEvent<Message>) => {
      if (message.type === "state") hear.state(message.state);
      else if (message.type === "moved") hear.moved();
      else if (message.type === "ask") hear.asked();
      else hear.wake();
    };
  }

  /** The leader tells where it stands. */
  tell(state: SyncState): void {
    this.#send({ type: "state", state });
  }

  /** The leader learnt where some envelopes are. */
  tellMoved(): void {
    this.#send({ type: "moved" });
  }

  /** A tab that has just opened asks the leader where it stands. */
  ask(): void {
    this.#send({ type: "ask" });
  }

  /** Someone pressed "synchronise now" in a tab that does not lead. */
  wake(): void {
    this.#send({ type: "wake" });
  }

  close(): void {
    this.#channel.close();
  }

  #send(message: Message): void {
    this.#channel.postMessage(message);
  }
}
