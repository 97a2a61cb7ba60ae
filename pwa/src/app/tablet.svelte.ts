/**
 * The tablet's application as a whole: starting, being enrolled, or at work; its storage; its versions.
 */
import type { PublishedForm } from "$lib/central/form";
import { systemClock } from "$lib/store/clock";
import { countOpenDrafts } from "$lib/drafts/drafts";
import { readDevice } from "$lib/store/device";
import { SyncError } from "$lib/sync/errors";
import { Interruption } from "$lib/sync/interruption";
import { watchAwakening } from "$lib/platform/awakening";
import { examineStorage, type StorageVerdict } from "$lib/platform/storage";
import { Versions } from "$lib/platform/versions";
import { EnrolmentFlow } from "./enrolment.svelte";
import { browserEnvironment, type Environment } from "./environment";
import type { Link } from "./link";
import { Navigation } from "./navigation.svelte";
import { endLoan, keepLoan, type KioskSitting, readLoan } from "./satisfaction";
import { Station } from "./station.svelte";

/** How long after a failure in the background to try again. */
const TRY_AGAIN_MS = 10_000;

/** What the page shows. */
export type Stage =
  | { readonly kind: "starting" }
  | { readonly kind: "enrolment"; readonly flow: EnrolmentFlow }
  | { readonly kind: "already-enrolled"; readonly station: Station }
  | { readonly kind: "station"; readonly station: Station }
  /** Everything was destroyed but the databases `left`, which another tab holds; `lost`: refused photos given up. */
  | { readonly kind: "wiped"; readonly left: readonly string[]; readonly lost: number }
  | { readonly kind: "unusable"; readonly error: unknown };

/** The application of one page. */
export class Tablet {
  stage = $state.raw<Stage>({ kind: "starting" });
  storage = $state.raw<StorageVerdict | null>(null);
  /** A new version waits, complete. */
  newVersion = $state(false);
  /** Whether new versions are looked for at all. */
  watchesVersions = $state(false);
  /** What patients answer while the session is veiled; `null` when the tablet is lent to nobody. */
  kiosk = $state.raw<KioskSitting | null>(null);
  /** What went wrong behind the screens and was caught by nobody: said, with nothing of its content. */
  trouble = $state.raw<string | null>(null);

  readonly navigation: Navigation;
  readonly #page: Window & typeof globalThis;
  readonly #versions: Versions;
  readonly #interruption = new Interruption();
  #environment: Environment | null = null;

  constructor(page: Window & typeof globalThis) {
    this.#page = page;
    this.navigation = new Navigation(page);
    this.#versions = new Versions({
      ready: () => (this.newVersion = true),
      replaced: () => page.location.reload(),
    });
  }

  /** Start, with the link that the page was opened with. */
  async start(link: Link): Promise<void> {
    try {
      this.#environment = await browserEnvironment(this.#page);
      await this.#arrive(this.#environment, link);
    } catch (error) {
      this.stage = { kind: "unusable", error };
    }
    watchAwakening(this.#page, { awake: () => this.#awake(), hidden: () => undefined });
    this.#page.addEventListener("unhandledrejection", (event) => {
      // PouchDB asks a node for its counts and forgets the answer: that it is out of reach is in the state line.
      if (event.reason instanceof SyncError) event.preventDefault();
      else this.#note(event.reason);
    });
    void this.#register();
  }

  /** Whether the application starts here without network; `null` where nothing keeps it. */
  get keptOffline(): boolean | null {
    return this.watchesVersions ? this.#versions.kept : null;
  }

  /** Ask the browser again whether a capture may start, and answer it. */
  async examineStorage(): Promise<StorageVerdict> {
    this.storage = await examineStorage(this.#page.navigator.storage);
    return this.storage;
  }

  /** Ask for notifications: Chrome grants persistence more readily to an application that may send them. */
  async allowNotifications(): Promise<StorageVerdict> {
    if ("Notification" in this.#page) await this.#page.Notification.requestPermission();
    return this.examineStorage();
  }

  /** Lend the tablet to patients: from now on the way back is the PIN. */
  async lend(station: Station, sitting: KioskSitting): Promise<void> {
    this.navigation.reset();
    await keepLoan(station.environment.store, sitting);
    this.kiosk = sitting;
    await station.access.session.veil();
  }

  /** A member took the tablet back. */
  async takeBack(station: Station): Promise<void> {
    this.kiosk = null;
    await endLoan(station.environment.store);
  }

  /** What was lent before a reload is lent still, before anything of the team is drawn. */
  async #lentStill(station: Station): Promise<void> {
    try {
      const form = async (url: string, version: string): Promise<PublishedForm | null> =>
        (await station.holdings()).central.form(url, version);
      this.kiosk = await readLoan(station.environment.store, form);
    } catch (error) {
      this.#note(error);
    }
  }

  /** Go on after the notice that the tablet was enrolled already. */
  ignoreCard(): void {
    if (this.stage.kind === "already-enrolled") this.stage = { kind: "station", station: this.stage.station };
  }

  /** Put the new version in place, unless a draft is open: answers whether it was. */
  async applyNewVersion(): Promise<boolean> {
    if (this.#environment === null || (await countOpenDrafts(this.#environment.store)) > 0) return false;
    this.#versions.apply();
    return true;
  }

  /**
   * Destroy everything on this tablet, unless something would be lost by it besides the `givenUp` photos that the node
   * refused: answers whether it was done.
   */
  async wipe(station: Station, givenUp = 0): Promise<boolean> {
    const { hindrancesOf, mayWipe } = await import("./wipe");
    if (!mayWipe(await hindrancesOf(station), givenUp)) return false;
    await station.stop();
    // Loaded while there is still something to load it from.
    const { destroyEverything } = await import("$lib/platform/wipe");
    this.stage = { kind: "wiped", left: await destroyEverything(this.#page), lost: givenUp };
    return true;
  }

  async #arrive(environment: Environment, link: Link): Promise<void> {
    const device = await readDevice(environment.store);
    if (device?.enrolment) {
      const station = new Station(environment, device, device.enrolment);
      await station.start();
      await this.#lentStill(station);
      this.stage = { kind: link.kind === "none" ? "station" : "already-enrolled", station };
      void this.#work(station);
      return;
    }
    const flow = new EnrolmentFlow(environment.store, environment.api, systemClock, this.#interruption);
    this.stage = { kind: "enrolment", flow };
    flow.onenrolled = () => this.#arrive(environment, { kind: "none" });
    await flow.begin(link);
  }

  async #work(station: Station): Promise<void> {
    await this.examineStorage();
    for (;;) {
      try {
        return await station.synchronise();
      } catch (error) {
        this.#note(error); // most often a full disk, which IndexedDB tells in several ways
      }
      await this.#interruption.wait(TRY_AGAIN_MS);
      this.trouble = null;
    }
  }

  async #register(): Promise<void> {
    const { serviceWorker } = this.#page.navigator;
    if (!import.meta.env.PROD || serviceWorker === undefined) return;
    const base = import.meta.env.BASE_URL;
    this.watchesVersions = true;
    // Enrolled on a weak network, the application may not have come whole: without it there is no day offline.
    for (;;) {
      try {
        if (await this.#versions.register(serviceWorker, `${base}sw.js`, base)) return;
      } catch {
        // Out of reach: « Prêt à partir » says that the application is not stored, and it is tried again.
      }
      await this.#interruption.wait(TRY_AGAIN_MS);
    }
  }

  #awake(): void {
    this.#interruption.interrupt();
    if (this.stage.kind === "station") this.stage.station.wake();
    void this.#versions.check();
  }

  /** The name of an error only: its message may hold anything. */
  #note(error: unknown): void {
    this.trouble = error instanceof Error ? error.name : typeof error;
  }
}
