/**
 * An enrolled tablet at work: what runs whether someone is there or not.
 *
 * The replica and its synchronisation, the standing of own records: none of it needs a key of the vault. What an open
 * slot sees is its {@link Desk}, made by its {@link Seat}.
 */
import { CentralReader } from "$lib/central/reader";
import { hubAccess, type HubAccess } from "$lib/platform/local-network";
import { emptyOutbox, nextPiece, pieceSent } from "$lib/record/outbox";
import { awaitsReceipt, ownSigned, type OwnSigned } from "$lib/record/states";
import { forgetAcknowledged, readWhereabouts, type Whereabouts } from "$lib/record/whereabouts";
import { rfc3339 } from "$lib/store/clock";
import { assertDevice, type DeviceRow, type Enrolment } from "$lib/store/device";
import { readSetting, writeSetting } from "$lib/store/settings";
import { AccessTokens } from "$lib/sync/access";
import { ControlApi } from "$lib/sync/control";
import { openReplica, type Database } from "$lib/sync/database";
import { civilDate, SyncStatus } from "$lib/sync/status.svelte";
import { Synchroniser } from "$lib/sync/synchroniser";
import { Access } from "./access.svelte";
import { ChosenStop } from "./chosen-stop.svelte";
import type { Desk } from "./desk.svelte";
import type { Environment } from "./environment";
import { lineCounts } from "./line-counts";
import { Registrar } from "./registrar";
import { SatisfactionPost } from "./satisfaction";
import { Seat } from "./seat.svelte";
import { whereaboutsKeeper } from "./whereabouts";

const CLOCK_OFFSET = "clock.offset_ms";
/** Replication writes in bursts: screens look again once a burst is over. */
const SETTLE_MS = 150;

/** The replica with the reader of its central documents. */
export interface Holdings {
  readonly replica: Database;
  readonly central: CentralReader;
}

/** One enrolled tablet. */
export class Station {
  readonly status: SyncStatus;
  readonly access: Access;
  readonly environment: Environment;
  readonly device: DeviceRow;
  /** Patients' satisfaction: of no visit, and sent apart. */
  readonly satisfaction: SatisfactionPost;
  readonly chosen: ChosenStop;
  readonly seat = new Seat(this);
  own = $state.raw<readonly OwnSigned[]>([]);
  /** Where envelopes without a receipt are, those of teammates included. */
  whereabouts = $state.raw<ReadonlyMap<string, Whereabouts> | null>(null);
  clockOffset: number | null = null;
  /** Access to the node that answers at the replication host, whichever it is. */
  readonly #tokens: AccessTokens;
  /** Access to central, at the application's own origin: what is registered is registered there. */
  readonly #central: AccessTokens;
  readonly #syncUrl: URL;
  readonly #registrar: Registrar;
  #sync: Synchroniser | null = null;
  #changes: { cancel(): void } | null = null;
  #holdings: Promise<Holdings> | null = null;
  /** Envelopes that a node would not write. */
  #denied: readonly string[] = [];
  #satisfied = 0;
  #settling: (() => void) | null = null;

  constructor(environment: Environment, device: DeviceRow, enrolment: Enrolment) {
    this.environment = environment;
    this.device = device;
    this.status = new SyncStatus(() => this.today);
    this.access = new Access(environment, device.device, enrolment, {
      oncreated: () => this.#registrar.wake(),
      invitations: async () => (await this.holdings()).central.invitations(),
    });
    this.#syncUrl = new URL(enrolment.sync_url, environment.origin);
    this.#central = this.#tokensOf(environment.api, enrolment, (offset) => this.#learnOffset(offset));
    this.#registrar = new Registrar(environment, this.access, this.#central);
    this.chosen = new ChosenStop(environment.store);
    const { origin } = this.#syncUrl;
    this.#tokens =
      origin === environment.origin
        ? this.#central
        : // Under the replication host a hub may answer and say that it is central: its clock teaches nothing.
          this.#tokensOf(new ControlApi(origin, environment.fetch), enrolment, () => undefined);
    this.satisfaction = new SatisfactionPost({
      environment,
      organization: () => this.access.enrolment.organization,
      post: (responses) => this.atCentral((api, token) => api.satisfaction(token, responses)),
      told: (waiting) => {
        this.#satisfied = waiting;
        this.#count();
      },
    });
  }

  /** Call central with this tablet's token: registration, links, satisfaction. Raises what the call raises. */
  atCentral<Answer>(call: (api: ControlApi, token: string) => Promise<Answer>): Promise<Answer> {
    return this.#central.spend((token) => call(this.environment.api, token));
  }

  /** Scheme, host and port where nodes answer (wire §7). */
  get nodeOrigin(): string {
    return this.#syncUrl.origin;
  }

  /** The civil date of the tablet, `YYYY-MM-DD`. */
  get today(): string {
    return civilDate(this.environment.clock());
  }

  /** The tablet's own hour, `HH:MM`, to tell which of the day's stops it is at. */
  get timeOfDay(): string {
    return rfc3339(this.environment.clock()).slice(11, 16);
  }

  /** The stop that someone chose today on this tablet. */
  get chosenStop(): string | null {
    return this.chosen.on(this.today);
  }

  /** The desk of the open slot, once its keys are there. */
  get desk(): Desk | null {
    return this.seat.desk;
  }

  /** Read the slots, so that the first screen can be drawn; then bring the rest up behind it. */
  async start(): Promise<void> {
    const { store } = this.environment;
    [this.clockOffset] = await Promise.all([
      readSetting(store, CLOCK_OFFSET, (value) => (typeof value === "number" ? value : null)),
      this.chosen.read(),
      this.access.refresh(),
    ]);
    this.access.session.subscribe((state) => void this.seat.follow(state.kind));
  }

  /** Open the replica, hand over what was sealed, and synchronise from now on. May be called again after a failure. */
  async synchronise(): Promise<void> {
    if (this.#sync === null) await this.#join();
    await this.#registrar.run();
  }

  async #join(): Promise<void> {
    const { replica } = await this.holdings();
    this.#changes = replica.changes({ live: true, since: "now" }).on("change", () => this.#settle());
    await emptyOutbox(this.environment.store, replica);
    await this.satisfaction.count();
    await this.#look();
    const { clocks, draw, fetch, lockManager, online } = this.environment;
    const { database } = this.access.enrolment;
    const sync = new Synchroniser(
      {
        device: this.device.device,
        database,
        syncUrl: this.#syncUrl.href,
        local: replica,
        tokens: this.#tokens,
        fetch,
        clocks,
        locks: lockManager,
        draw,
        online,
        unacknowledged: () => this.#unacknowledged(),
        pieces: {
          next: (refused) => nextPiece(this.environment.store, refused),
          sent: ({ _id }) => pieceSent(this.environment.store, replica, _id),
        },
        whereabouts: whereaboutsKeeper(this.environment, async () => (await this.holdings()).central),
      },
      {
        state: (state) => {
          const lost = state.phase === "offline" && this.status.state?.phase !== "offline";
          this.status.state = state;
          if (lost) void this.hubAccess();
          if (state.phase === "idle") void this.satisfaction.consider();
        },
        denied: (envelopes) => {
          this.#denied = Object.keys(envelopes);
          this.#count();
        },
        moved: () => this.#settle(),
      },
    );
    await sync.start();
    this.#sync = sync;
  }

  /** The replica and its reader, opened at the first call. */
  holdings(): Promise<Holdings> {
    this.#holdings ??= this.#open().catch((error: unknown) => {
      this.#holdings = null; // no room, for instance: opened again when there is some
      throw error;
    });
    return this.#holdings;
  }

  /** What the browser says of calling the team's hub; `null` where there is none, or nothing to allow. Nothing is asked. */
  async hubAccess(): Promise<HubAccess | null> {
    // A hub answers at the node's own name: never at the application's.
    if (this.nodeOrigin === this.environment.origin) return null;
    const { central } = await this.holdings();
    const access = (await central.hasHub()) ? await hubAccess(this.environment.permissions) : null;
    this.status.hubRefused = access === "denied";
    return access;
  }

  /** Something may have changed outside: network, screen, clock. */
  wake(): void {
    void this.hubAccess();
    void this.satisfaction.consider();
    this.access.session.check();
    void this.access.lockEnded();
    this.#sync?.wake();
    this.#registrar.wake();
  }

  /** Stop for good: keys dropped, nothing replicates, every database closed. */
  async stop(): Promise<void> {
    await this.access.session.lock();
    this.#registrar.stop();
    await this.#sync?.stop();
    this.#changes?.cancel();
    this.#settling?.();
    const { replica } = await this.holdings();
    await replica.close();
    this.environment.store.close();
  }

  /** A record or a notice was just sealed: hand it over and look again. Never waits for a network. */
  async sealed(): Promise<void> {
    const { replica } = await this.holdings();
    await emptyOutbox(this.environment.store, replica);
    this.#sync?.offerPieces();
    await this.#look();
  }

  async #open(): Promise<Holdings> {
    const { database, organization } = this.access.enrolment;
    const replica = await openReplica(this.device.device, database);
    const central = await CentralReader.over({ replica, database, signing_key: organization.signing_key });
    return { replica, central };
  }

  #settle(): void {
    this.#settling ??= this.environment.timers.after(SETTLE_MS, () => {
      this.#settling = null;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { central } = await this.holdings();
    const { store } = this.environment;
    this.own = await ownSigned(store, central);
    const noted = await readWhereabouts(store);
    const receipts = await central.receipts([...noted.keys()]);
    await forgetAcknowledged(store, [...receipts.keys()]);
    this.whereabouts = noted;
    this.#count();
    await this.seat.sit();
  }

  #count(): void {
    this.status.counts = lineCounts(this.own, this.#denied, this.#satisfied);
  }

  async #unacknowledged(): Promise<readonly string[]> {
    const { central } = await this.holdings();
    const own = await ownSigned(this.environment.store, central);
    return own.filter(awaitsReceipt).map(({ row }) => row.envelope);
  }

  #tokensOf(
    api: ControlApi,
    { organization }: Enrolment,
    clockOffset: (milliseconds: number) => void,
  ): AccessTokens {
    const { device } = this;
    return new AccessTokens(
      api,
      {
        device: device.device,
        organization: organization.id,
        sign: (nonce, node) => assertDevice(device, nonce, node),
      },
      this.environment.clocks,
      { clockOffset },
    );
  }

  #learnOffset(milliseconds: number): void {
    this.clockOffset = milliseconds;
    void writeSetting(this.environment.store, CLOCK_OFFSET, milliseconds);
  }
}
