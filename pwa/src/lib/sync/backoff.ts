/** How long to wait before asking a node again: exponential, with jitter so that a fleet does not return at once. */

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * The wait before attempt `failures + 1`, in milliseconds: doubles from 1 s up to 30 s, then half of it is drawn.
 *
 * `draw` answers a number in [0, 1). With it at both ends, four failures give 4 s to 8 s.
 */
export function backoff(failures: number, draw: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(failures - 1, 0), 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * draw());
}
