/** Seconds left before something is allowed again, told as they pass. */
export class Countdown {
  seconds = $state(0);
  #timer: ReturnType<typeof setInterval> | null = null;

  /** Count down from `seconds`; a count under way is replaced. */
  start(seconds: number): void {
    this.stop();
    this.seconds = seconds;
    if (seconds > 0) this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  /** Stop counting, and show nothing. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.seconds = 0;
  }

  #tick(): void {
    this.seconds -= 1;
    if (this.seconds <= 0) this.stop();
  }
}
