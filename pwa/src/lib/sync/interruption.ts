/**
 * A wait that something else can cut short: a network that returns, a button, the end.
 *
 * An interruption that comes while nobody waits is kept for the next wait: what it tells of may have happened after
 * the work under way looked for it.
 */
export class Interruption {
  readonly #waiting = new Set<(interrupted: boolean) => void>();
  #kept = false;

  /** Wait `milliseconds`, or without limit. Answers whether {@link interrupt} ended it. */
  wait(milliseconds?: number): Promise<boolean> {
    if (this.#kept) {
      this.#kept = false;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => settle(false), milliseconds);
      const settle = (interrupted: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(interrupted);
      };
      this.#waiting.add(settle);
    });
  }

  /** End every wait under way, or the next one when there is none. */
  interrupt(): void {
    this.#kept = this.#waiting.size === 0;
    for (const settle of [...this.#waiting]) settle(true);
  }
}
