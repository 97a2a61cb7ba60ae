/**
 * Wrong passphrases are delayed, more each time, never beyond a minute, and never locked for good.
 *
 * A try is written down as failed *before* it is looked at, so that killing the page does not spare it; the right
 * passphrase forgets them all.
 *
 * | wrong tries so far | 0-2 | 3 | 4 | 5 | 6 | 7 and more |
 * |---|---|---|---|---|---|---|
 * | seconds to wait | 0 | 5 | 10 | 20 | 40 | 60 |
 */
import type { Clock } from "../store/clock";
import type { Store, WritableRows } from "../store/database";
import { StorageFull } from "../store/errors";
import { AttemptDelayed } from "./errors";

/** The wrong tries on one slot since it was last opened. `at_ms` is the tablet's clock at the last one. */
export interface AttemptRow {
  readonly slot: string;
  readonly failures: number;
  readonly at_ms: number;
}

const LONGEST_WAIT_S = 60;

/** Seconds to wait after `failures` wrong tries. */
export function delayAfter_s(failures: number): number {
  return failures < 3 ? 0 : Math.min(LONGEST_WAIT_S, 5 * 2 ** (failures - 3));
}

/** Seconds to wait before the next try on `slot` is looked at; 0 when it would be now. */
export async function remainingWait(store: Store, slot: string, clock: Clock): Promise<number> {
  return store.write(["attempts"], ({ attempts }) => remaining_s(attempts, slot, clock().getTime()));
}

/**
 * Count one more try on `slot` as failed, and answer the seconds the next one will have to wait.
 *
 * Raises {@link AttemptDelayed} when it comes too soon; then it is not counted. A tablet without room must still open
 * what it holds: the try is then not written down, and Argon2id alone slows the next one.
 */
export async function countAttempt(store: Store, slot: string, clock: Clock): Promise<number> {
  try {
    return await writeAttempt(store, slot, clock);
  } catch (error) {
    if (error instanceof StorageFull) return 0;
    throw error;
  }
}

async function writeAttempt(store: Store, slot: string, clock: Clock): Promise<number> {
  const { wait_s, delay_s } = await store.write(["attempts"], async ({ attempts }) => {
    const now_ms = clock().getTime();
    const wait_s = await remaining_s(attempts, slot, now_ms);
    if (wait_s > 0) return { wait_s, delay_s: 0 };
    const failures = ((await attempts.get(slot))?.failures ?? 0) + 1;
    await attempts.put({ slot, failures, at_ms: now_ms });
    return { wait_s, delay_s: delayAfter_s(failures) };
  });
  // Refused outside the transaction: inside, it would undo what was just learnt of a clock set back.
  if (wait_s > 0) throw new AttemptDelayed(wait_s);
  return delay_s;
}

/** Forget the wrong tries on `slot`: it was opened. */
export async function forgetAttempts(store: Store, slot: string): Promise<void> {
  try {
    await store.write(["attempts"], async ({ attempts }) => attempts.delete(slot));
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error; // forgotten at the next opening
  }
}

async function remaining_s(
  attempts: WritableRows<"attempts">,
  slot: string,
  now_ms: number,
): Promise<number> {
  const attempt = await attempts.get(slot);
  if (attempt === undefined) return 0;
  // The clock was set back since: the delay counts from now, so that it still ends within a minute.
  if (attempt.at_ms > now_ms) await attempts.put({ ...attempt, at_ms: now_ms });
  const elapsed_s = Math.max(0, now_ms - attempt.at_ms) / 1000;
  return Math.ceil(Math.max(0, delayAfter_s(attempt.failures) - elapsed_s));
}
