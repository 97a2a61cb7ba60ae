/** Mutual exclusion by name: among tabs in a browser (Web Locks), among callers of one process otherwise. */

/** Runs `work` while no other holder of `name` runs. */
export interface Locks {
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Web Locks of the origin: two tabs of the tablet exclude each other. */
export function browserLocks(manager: LockManager = navigator.locks): Locks {
  // The callback's promise is what the lock waits for, and its value is what `request` answers.
  return {
    exclusive: <T>(name: string, work: () => Promise<T>) => manager.request(name, work) as Promise<T>,
  };
}

/** Locks of one process, first come first served; enough where there is one tab and no Web Locks. */
export function processLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    exclusive<T>(name: string, work: () => Promise<T>): Promise<T> {
      const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
      tails.set(name, turn);
      return turn;
    },
  };
}
