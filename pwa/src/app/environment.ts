/** What the application takes from the browser, gathered once: nothing deeper reads a clock, a lock or the network. */
import { browserLocks, type Locks } from "$lib/store/locks";
import { systemClock, systemTimers, type Clock, type Timers } from "$lib/store/clock";
import { openStore, type Store } from "$lib/store/database";
import { ControlApi } from "$lib/sync/control";
import type { Clocks } from "$lib/sync/access";

/** The tablet's own storage, its clocks, and its way to the node. */
export interface Environment {
  readonly store: Store;
  readonly clock: Clock;
  readonly clocks: Clocks;
  readonly timers: Timers;
  readonly locks: Locks;
  readonly lockManager: LockManager;
  readonly fetch: typeof fetch;
  readonly api: ControlApi;
  /** Scheme, host and port of the application. */
  readonly origin: string;
  readonly online: () => boolean;
  /** What the browser allows; absent where it asks nobody. */
  readonly permissions: Permissions | undefined;
  /** Answers a number in [0, 1), for waits: nothing secret is drawn from it. */
  readonly draw: () => number;
}

/** The browser's environment. Raises what `openStore` raises. */
export async function browserEnvironment(page: Window & typeof globalThis): Promise<Environment> {
  const fetcher = page.fetch.bind(page);
  const { origin } = page.location;
  return {
    store: await openStore(),
    clock: systemClock,
    clocks: { wall: () => systemClock().getTime(), monotonic: () => page.performance.now() },
    timers: systemTimers,
    locks: browserLocks(page.navigator.locks),
    lockManager: page.navigator.locks,
    fetch: fetcher,
    api: new ControlApi(origin, fetcher),
    origin,
    online: () => page.navigator.onLine,
    permissions: page.navigator.permissions as Permissions | undefined,
    draw: () => (page.crypto.getRandomValues(new Uint32Array(1)).at(0) ?? 0) / 2 ** 32,
  };
}
