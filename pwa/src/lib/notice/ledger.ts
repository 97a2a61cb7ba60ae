/**
 * The notices that were read of a team: sealed as one blob, so that they are not opened one by one at every unlock.
 *
 * It is only ever a copy of what the envelopes say: lost or unreadable, it is built again. Images are not in it.
 */
import { currentTeamKey, type TeamKeys } from "../central/keyring";
import { fromUtf8, utf8 } from "../crypto/bytes";
import { CryptoError } from "../crypto/errors";
import { compactKeyId, openCompact, sealCompact } from "../crypto/jwe";
import { deflate, inflate, InflateError } from "../envelope/deflate";
import type { Store } from "../store/database";
import type { NoticeKind } from "./body";
import { keptBody, type KeptBody, type TeamNotice } from "./read";

const TYP = "escale-notices+jwe";
/** Raised when it changes: a ledger of another version is built again, never read. */
const VERSION = 1;
const INFLATED_BOUND_BYTES = 64 * 1024 * 1024;

/** A notice as the ledger keeps it. */
export type KeptNotice = TeamNotice<KeptBody>;
/** A kept notice of the kind `K`. */
export type KeptNoticeOf<K extends NoticeKind> = TeamNotice<Extract<KeptBody, { readonly kind: K }>>;

/** The notices of a team, in memory. */
export class NoticeLedger {
  readonly #byEnvelope: Map<string, KeptNotice>;

  constructor(notices: readonly KeptNotice[] = []) {
    this.#byEnvelope = new Map(notices.map((notice) => [notice.envelope, notice]));
  }

  /** Every notice, in no promised order. */
  get notices(): readonly KeptNotice[] {
    return [...this.#byEnvelope.values()];
  }

  /** How many there are. */
  get size(): number {
    return this.#byEnvelope.size;
  }

  /** Those of `kind`, in no promised order. */
  of<K extends NoticeKind>(kind: K): readonly KeptNoticeOf<K>[] {
    return this.notices.filter((notice): notice is KeptNoticeOf<K> => notice.body.kind === kind);
  }

  /** Whether `envelope` was read and is a notice. */
  has(envelope: string): boolean {
    return this.#byEnvelope.has(envelope);
  }

  /** Keep `notice`. */
  add(notice: TeamNotice<KeptBody>): void {
    this.#byEnvelope.set(notice.envelope, { ...notice, body: keptBody(notice.body) });
  }
}

function isTeams({ body }: KeptNotice): boolean {
  return body.kind !== "photo" || !body.restricted;
}

/** Where a team's ledger is. */
export interface LedgerPlace {
  readonly store: Store;
  readonly database: string;
}

/** The stored ledger; an empty one when there is none, or none that opens. */
export async function openLedger({ store, database }: LedgerPlace, team: TeamKeys): Promise<NoticeLedger> {
  const row = await store.read(["notices"], async ({ notices }) => notices.get(database));
  if (row === undefined) return new NoticeLedger();
  try {
    const key = team.byKeyId.get(compactKeyId(row.jwe));
    if (key === undefined) return new NoticeLedger();
    const text = fromUtf8(await inflate(await openCompact(row.jwe, key), INFLATED_BOUND_BYTES));
    // It came out of a seal of ours: under this version its shape is known.
    const { v, notices } = JSON.parse(text) as { v: number; notices: readonly KeptNotice[] };
    return new NoticeLedger(v === VERSION ? notices : []);
  } catch (error) {
    if (error instanceof CryptoError || error instanceof InflateError || error instanceof SyntaxError) {
      return new NoticeLedger();
    }
    throw error;
  }
}

/** Seal and store `ledger`, but for what is under secrecy: the blob is the team's, and its author reads it again. */
export async function saveLedger(
  { store, database }: LedgerPlace,
  team: TeamKeys,
  ledger: NoticeLedger,
): Promise<void> {
  const text = JSON.stringify({ v: VERSION, notices: ledger.notices.filter(isTeams) });
  const jwe = await sealCompact(await deflate(utf8(text)), TYP, currentTeamKey(team));
  await store.write(["notices"], async ({ notices }) => notices.put({ database, jwe }));
}
