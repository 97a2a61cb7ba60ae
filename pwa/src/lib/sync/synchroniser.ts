/**
 * Keeps the replica level with the node for as long as the tablet is awake, locked or not.
 *
 * It holds no key of the vault: the device key signs for tokens, and envelopes are opaque. A run of replication ends
 * at the first failure; the next one starts from the checkpoints, after a wait, or at once when the network returns.
 */
import type { AccessTokens, Clocks } from "./access";
import { backoff } from "./backoff";
import type { NodeIdentity } from "./control";
import { consequence } from "./consequence";
import { openRemote, type Database } from "./database";
import { AccessRefused, NodeReplaced } from "./errors";
import { Interruption } from "./interruption";
import { JournalWriter, readJournal, type DeniedEnvelope } from "./journal";
import { lead, TabChannel } from "./leader";
import { initial, lastSync, NEVER_REACHED, next, type SyncEvent, type SyncState } from "./machine";
import { sendPiece, type Pieces } from "./pieces";
import { resendMissing } from "./recheck";
import { replicate, type Denial, type Run, type RunListener } from "./replicate";
import { replicationFetch, type TransportListener } from "./transport";
import { witnessed } from "./witness";

/** What the synchroniser is given: nothing of the browser is read deeper than here. */
export interface SyncEnvironment {
  readonly device: string;
  readonly database: string;
  /** Absolute address of the replication root (wire §6, `sync_url`). */
  readonly syncUrl: string;
  readonly local: Database;
  readonly tokens: AccessTokens;
  readonly fetch: typeof fetch;
  readonly clocks: Clocks;
  readonly locks: LockManager;
  /** Answers a number in [0, 1), for the jitter. */
  readonly draw: () => number;
  readonly online: () => boolean;
  /** Own envelopes for which no receipt has come. */
  readonly unacknowledged: () => Promise<readonly string[]>;
  /** What goes one at a time, once all the rest is level. */
  readonly pieces: Pieces;
  readonly whereabouts: WhereaboutsKeeper;
}

/** Keeps what nodes say of where envelopes are; each answers whether anything was learnt. */
export interface WhereaboutsKeeper {
  /** `node` answered that it holds them, or wrote them. */
  held(node: NodeIdentity, envelopes: readonly string[]): Promise<boolean>;
  /** They came from `node`. */
  pulled(node: NodeIdentity, envelopes: readonly string[]): Promise<boolean>;
  /** `node` answered that it does not hold them. */
  lacking(node: NodeIdentity, envelopes: readonly string[]): Promise<boolean>;
}

/** What others are told. */
export interface SyncListener {
  state(state: SyncState): void;
  /** The envelopes that the node would not write, by id. */
  denied(envelopes: Readonly<Record<string, DeniedEnvelope>>): void;
  /** More is known of where envelopes are. */
  moved(): void;
}

/** How often a run asks whether the node still holds what was sent. */
const RECHECK_EVERY_MS = 10 * 60_000;

/** Synchronisation of one replica. One object a tab; one tab at a time replicates. */
export class Synchroniser {
  readonly #environment: SyncEnvironment;
  readonly #listener: SyncListener;
  readonly #journal: JournalWriter;
  readonly #channel: TabChannel;
  readonly #stopping = new AbortController();
  readonly #interruption = new Interruption();
  #state: SyncState = initial(NEVER_REACHED);
  #leading = false;
  #denied: ReadonlySet<string> = new Set();
  /** The run under way and the node's end of it. */
  #current: { readonly remote: Database; readonly run: Run } | null = null;
  #sending = false;
  #finished: Promise<void> = Promise.resolve();
  /** What nodes said and is being kept. */
  #learning: Promise<unknown> = Promise.resolve();

  constructor(environment: SyncEnvironment, listener: SyncListener) {
    this.#environment = environment;
    this.#listener = listener;
    this.#journal = new JournalWriter(environment.local);
    this.#channel = new TabChannel(`escale-sync-${environment.device}`, {
      state: (state) => this.#adopt(state),
      moved: () => this.#listener.moved(),
      asked: () => this.#leading && this.#channel.tell(this.#state),
      wake: () => this.#leading && this.wake(),
    });
  }

  /** Begin: replicate when this tab is elected, follow the elected one until then. */
  async start(): Promise<void> {
    const { reached, denied } = await readJournal(this.#environment.local);
    this.#state = initial(reached);
    this.#listener.state(this.#state);
    this.#tellDenied(denied);
    this.#channel.ask();
    const { locks } = this.#environment;
    this.#finished = lead(locks, "escale-sync", this.#stopping.signal, () => this.#lead());
  }

  /** The network returned, the screen woke, or someone asked: try now. */
  wake(): void {
    if (this.#leading) this.#interruption.interrupt();
    else this.#channel.wake();
  }

  /** Pieces wait: send them now if all the rest is level; if not, they go by themselves once it is. */
  offerPieces(): void {
    if (this.#current !== null && this.#state.phase === "idle") void this.#sendPieces(this.#current);
  }

  /** Stop replicating and pass the lock on; resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#interruption.interrupt();
    await this.#finished;
    await this.#learning;
    this.#channel.close();
  }

  async #lead(): Promise<void> {
    this.#leading = true;
    // What the tab that led before knew of its connection says nothing of this one's.
    this.#adopt(initial(this.#state.reached));
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      if (!this.#environment.online()) {
        this.#dispatch({ type: "lost" });
        await this.#interruption.wait();
        continue;
      }
      this.#dispatch({ type: "attempt" });
      const before = lastSync(this.#state);
      const error = await this.#run();
      if (this.#stopping.signal.aborted) break;
      failures = lastSync(this.#state) === before ? failures + 1 : 1;
      // A token refused early and a node that changed are met with a new token at once, the first time.
      if (failures === 1 && (error instanceof AccessRefused || error instanceof NodeReplaced)) continue;
      this.#dispatch(consequence(error, this.#environment.tokens.answering?.kind ?? null));
      await this.#interruption.wait(backoff(failures, this.#environment.draw));
    }
    this.#leading = false;
  }

  /** One run, until it fails or is stopped. Answers what ended it. */
  async #run(): Promise<unknown> {
    const { tokens, local } = this.#environment;
    let failure: unknown = null;
    // What a request begun before the end answers after it says nothing of a connection that is gone.
    let live = true;
    try {
      // A token kept from the run before serves only if the same node still answers.
      const { node } = await tokens.confirmed();
      const remote = await this.#remote(node, {
        answered: () => live && this.#answered(node),
        failed: (error) => (failure ??= error),
      });
      const run = replicate(
        local,
        remote,
        this.#follow(node, remote, (error) => run.stop(error)),
      );
      this.#current = { remote, run };
      void this.#watch(node, run);
      const error = await run.ended;
      return failure ?? error;
    } catch (error) {
      return failure ?? error;
    } finally {
      live = false;
      this.#current = null;
    }
  }

  /** The node's end of the replica, through which it says what it holds. */
  async #remote(node: NodeIdentity, listener: TransportListener): Promise<Database> {
    const { tokens, fetch, syncUrl, database, whereabouts } = this.#environment;
    const root = `${syncUrl.replace(/\/+$/, "")}/`;
    const transport = replicationFetch({ root, node, tokens, fetch }, listener);
    return witnessed(await openRemote(root, database, transport), {
      held: (envelopes) => this.#learn(whereabouts.held(node, envelopes)),
      lacking: (envelopes) => this.#learn(whereabouts.lacking(node, envelopes)),
    });
  }

  /** What is done as a run goes on; `end` stops it with an error. */
  #follow(node: NodeIdentity, remote: Database, end: (error: unknown) => void): RunListener {
    const { clocks, whereabouts } = this.#environment;
    let recheckAt = clocks.monotonic();
    return {
      moving: () => this.#dispatch({ type: "moving" }),
      caughtUp: () => {
        this.#dispatch({ type: "caught-up", at: clocks.wall() });
        this.offerPieces();
        if (clocks.monotonic() < recheckAt) return;
        recheckAt = clocks.monotonic() + RECHECK_EVERY_MS;
        this.#recheck(remote).catch(end);
      },
      pulled: (envelopes) => this.#learn(whereabouts.pulled(node, envelopes)),
      denied: (denial) => this.#deny([denial]).catch(end),
    };
  }

  /** Others are told once what a node said is kept. */
  #learn(kept: Promise<boolean>): void {
    const told = kept.then((learnt) => {
      if (!learnt) return;
      this.#listener.moved();
      this.#channel.tellMoved();
    });
    // A place that could not be noted is asked for again by the next check; stopping must not fail for it.
    this.#learning = Promise.allSettled([this.#learning, told]);
  }

  /** While `run` lasts: each time something may have changed, is the network there, and is it the same node? */
  async #watch(node: NodeIdentity, run: Run): Promise<void> {
    let over = false;
    void run.ended.then(() => {
      over = true;
      this.#interruption.interrupt();
    });
    try {
      for (;;) {
        await this.#interruption.wait();
        if (over) return;
        if (this.#stopping.signal.aborted || !this.#environment.online()) return run.stop();
        const { instance } = await this.#environment.tokens.identify();
        if (instance !== node.instance) return run.stop(new NodeReplaced(instance));
      }
    } catch (error) {
      run.stop(error);
    }
  }

  /** One piece after the other, for as long as nothing else is on its way: a record waits for one piece at most. */
  async #sendPieces({ remote, run }: { readonly remote: Database; readonly run: Run }): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#state.phase === "idle" && this.#current?.run === run) {
        const outcome = await sendPiece(remote, this.#environment.pieces, this.#denied);
        if (outcome === "none") return;
        if (outcome !== "sent") await this.#deny([outcome]);
      }
    } catch (error) {
      run.stop(error);
    } finally {
      this.#sending = false;
    }
  }

  async #recheck(remote: Database): Promise<void> {
    const { local, unacknowledged } = this.#environment;
    const { denied: before } = await readJournal(local);
    const asked = [...new Set([...(await unacknowledged()), ...Object.keys(before)])];
    const { denied } = await resendMissing(local, remote, asked);
    const still = new Set(denied.map((each) => each.document));
    await this.#deny(denied, (id) => still.has(id));
  }

  /** Record refusals; `keep` says which of those known before still stand. */
  async #deny(denials: readonly Denial[], keep: (id: string) => boolean = () => true): Promise<void> {
    const at = this.#environment.clocks.wall();
    await this.#journal.update((journal) => {
      const kept = Object.entries(journal.denied).filter(([id]) => keep(id));
      const added = denials.map(({ document, reason }) => [document, { reason, at }] as const);
      return { ...journal, denied: Object.fromEntries([...added, ...kept]) };
    });
    this.#tellDenied((await readJournal(this.#environment.local)).denied);
  }

  #tellDenied(denied: Readonly<Record<string, DeniedEnvelope>>): void {
    this.#denied = new Set(Object.keys(denied));
    this.#listener.denied(denied);
  }

  #answered({ kind }: NodeIdentity): void {
    this.#dispatch({ type: "joined", node: kind });
    // A long poll's heartbeat says again that both directions are level.
    if (this.#state.phase !== "idle") return;
    this.#dispatch({ type: "caught-up", at: this.#environment.clocks.wall() });
    this.offerPieces();
  }

  #dispatch(event: SyncEvent): void {
    const before = this.#state;
    this.#adopt(next(before, event));
    this.#channel.tell(this.#state);
    const { reached, phase } = this.#state;
    if (phase !== before.phase && reached !== NEVER_REACHED) {
      void this.#journal.update((journal) => ({ ...journal, reached }));
    }
  }

  #adopt(state: SyncState): void {
    this.#state = state;
    this.#listener.state(state);
  }
}
