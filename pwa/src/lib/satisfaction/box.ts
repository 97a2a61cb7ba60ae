/**
 * The box in which a tablet keeps satisfaction answers until they are sent: each sealed to the organisation at once, in no
 * order, with nothing beside it that says when, where or after whom it was given.
 */
import { utf8 } from "../crypto/bytes";
import { sealCompact } from "../crypto/jwe";
import type { KeyWithId } from "../crypto/jwk";
import { randomUuid } from "../crypto/random";
import type { Store } from "../store/database";
import type { SatisfactionRow } from "../store/schema";
import { readSetting, removeSetting, writeSetting } from "../store/settings";
import type { SatisfactionResponse } from "./response";

/** As many as one call takes (wire §6.1). */
export const MOST_AT_ONCE = 50;
/** From so many on, sending them together tells nothing of any. */
export const ENOUGH = 5;

const TYP = "escale-satisfaction+jwe";
const SETTING = "satisfaction";

/** What is known of the whole box, and of none of its answers. */
interface BoxState {
  /** Civil day of the first answer since the box was last empty, `YYYY-MM-DD`. */
  readonly since: string;
  /** A stop was closed since: whoever answered has left. */
  readonly closed: boolean;
}

/** Seal `response` and keep it; resolves once it is durable. `today` is `YYYY-MM-DD`. Raises `StorageFull`. */
export async function keepResponse(
  store: Store,
  to: KeyWithId,
  response: SatisfactionResponse,
  today: string,
): Promise<void> {
  const jwe = await sealCompact(utf8(JSON.stringify(response)), TYP, to);
  // Another identifier than the one inside: what lay on a tablet is not found again at central.
  const row = { key: randomUuid(), jwe };
  await store.write(["satisfaction", "settings"], async ({ satisfaction, settings }) => {
    await satisfaction.put(row);
    const state = readState(await settings.get(SETTING));
    if (state === null) await settings.put({ since: today, closed: false }, SETTING);
  });
}

/** How many answers wait. */
export async function countResponses(store: Store): Promise<number> {
  return store.read(["satisfaction"], async ({ satisfaction }) => satisfaction.count());
}

/** A stop was closed: what waits may go. */
export async function closeBox(store: Store): Promise<void> {
  const state = await readSetting(store, SETTING, readState);
  if (state !== null) await writeSetting(store, SETTING, { ...state, closed: true });
}

/**
 * Whether what waits may be sent: a stop was closed, enough of them wait, or they are of another day. Answers that central
 * has seen hide no other: they are not among the enough.
 */
export async function isDue(store: Store, today: string): Promise<boolean> {
  const [rows, state] = [await allRows(store), await readSetting(store, SETTING, readState)];
  if (rows.length === 0) return false;
  const unseen = rows.filter(({ later }) => later !== true).length;
  return unseen >= ENOUGH || state === null || state.closed || state.since !== today;
}

/**
 * Send everything through `post`, shuffled, {@link MOST_AT_ONCE} at a time, and forget what was taken or refused for good.
 * `post` yields the positions of what it asks for again later: that stays, and goes when the box is next due. What `post`
 * raises leaves the rest in the box: what was taken all the same is sent again under the same id. `today` is `YYYY-MM-DD`.
 */
export async function emptyBox(
  store: Store,
  post: (responses: readonly string[]) => Promise<readonly number[]>,
  today: string,
): Promise<void> {
  const rows = shuffled(await allRows(store));
  let isLeft = false;
  for (let from = 0; from < rows.length; from += MOST_AT_ONCE) {
    const batch = rows.slice(from, from + MOST_AT_ONCE);
    const later = new Set(await post(batch.map(({ jwe }) => jwe)));
    isLeft ||= later.size > 0;
    await store.write(["satisfaction"], async ({ satisfaction }) => {
      for (const [position, { key, jwe }] of batch.entries()) {
        if (later.has(position)) await satisfaction.put({ key, jwe, later: true });
        else await satisfaction.delete(key);
      }
    });
  }
  if ((await countResponses(store)) === 0) await removeSetting(store, SETTING);
  // A box that stayed due would send the next answer at once, alone among those that central knows.
  else if (isLeft) await writeSetting(store, SETTING, { since: today, closed: false });
}

async function allRows(store: Store): Promise<readonly SatisfactionRow[]> {
  return store.read(["satisfaction"], async ({ satisfaction }) => satisfaction.all());
}

/** Fisher and Yates, by the platform's generator: no order of arrival is left to be told. */
function shuffled(rows: readonly SatisfactionRow[]): readonly SatisfactionRow[] {
  const mixed = [...rows];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    const [one, two] = [mixed[last], mixed[other]];
    if (one !== undefined && two !== undefined) [mixed[last], mixed[other]] = [two, one];
  }
  return mixed;
}

/** A number from 0 to `bound` − 1, each as likely as the others. */
function below(bound: number): number {
  const limit = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint32Array(1)).at(0) ?? limit;
    if (drawn < limit) return drawn % bound;
  }
}

function readState(value: unknown): BoxState | null {
  const { since, closed } = (typeof value === "object" && value !== null ? value : {}) as Partial<BoxState>;
  return typeof since === "string" ? { since, closed: closed === true } : null;
}
