/** Time and timers as values, so that nothing deep inside reads them by itself. */

/** The present instant of the tablet's clock. */
export type Clock = () => Date;

/** Deferred calls; the platform's in the page, a hand-turned one in tests. */
export interface Timers {
  /** Call `work` once after `delay_ms`; the answer cancels it. */
  after(delay_ms: number, work: () => void): () => void;
}

/** The platform's clock. */
export const systemClock: Clock = () => new Date();

/** The platform's timers. */
export const systemTimers: Timers = {
  after(delay_ms, work) {
    const timer = setTimeout(work, delay_ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** `instant` as RFC 3339 with milliseconds and the tablet's own offset, as a record's `signed_at` is written. */
export function rfc3339(instant: Date): string {
  const offset_min = -instant.getTimezoneOffset();
  const local = new Date(instant.getTime() + offset_min * 60_000).toISOString().slice(0, -1);
  const minutes = Math.abs(offset_min);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${local}${offset_min < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Milliseconds from `instant` to the end of the tablet's civil day. */
export function toMidnight_ms(instant: Date): number {
  const tomorrow = new Date(instant.getFullYear(), instant.getMonth(), instant.getDate() + 1);
  return tomorrow.getTime() - instant.getTime();
}
