/**
 * The service worker: what makes the tablet start without network, and how a new version takes its place.
 *
 * A new version is downloaded beside the running one and waits. It is put in place only when someone asks and
 * nothing is being typed: a page never changes under a hand.
 */

/** What the page is told about versions. */
export interface VersionListener {
  /** A new version is complete and waits for {@link Versions.apply}. */
  ready(): void;
  /** The new version is in place: the page must be loaded again. */
  replaced(): void;
}

/** The registration of the service worker. */
export class Versions {
  readonly #listener: VersionListener;
  #container: ServiceWorkerContainer | null = null;
  #registration: ServiceWorkerRegistration | null = null;
  #applying = false;

  constructor(listener: VersionListener) {
    this.#listener = listener;
  }

  /**
   * Register `script` for `scope`. Answers whether the whole application is stored: false when the network went away
   * before all of it had come, and the browser gave up; it is then registered again. Raises what the browser raises
   * when it refuses.
   */
  async register(container: ServiceWorkerContainer, script: string, scope: string): Promise<boolean> {
    if (this.#container === null) {
      container.addEventListener("controllerchange", () => {
        // The first worker of all claims the page too; nothing was replaced then.
        if (this.#applying) this.#listener.replaced();
      });
    }
    this.#container = container;
    const registration = await container.register(script, { scope });
    if (registration !== this.#registration) this.#follow(registration, container);
    return registration.active !== null || (await settled(registration.installing ?? registration.waiting));
  }

  /** Whether the application is kept whole here, so that it starts without network. */
  get kept(): boolean {
    return this.#registration?.active?.state === "activated";
  }

  /** Look for a new version. Without network nothing happens; the next awakening asks again. */
  async check(): Promise<void> {
    await this.#registration?.update().catch(() => undefined);
  }

  /** Put the waiting version in place. */
  apply(): void {
    this.#applying = true;
    this.#registration?.waiting?.postMessage({ type: "SKIP_WAITING" });
  }

  #follow(registration: ServiceWorkerRegistration, container: ServiceWorkerContainer): void {
    this.#registration = registration;
    if (registration.waiting && container.controller) this.#listener.ready();
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed" && container.controller) this.#listener.ready();
      });
    });
  }
}

/** Whether `worker` came to be installed; a worker that failed is redundant at once. */
async function settled(worker: ServiceWorker | null): Promise<boolean> {
  if (worker === null) return false;
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === "redundant") resolve(false);
      else if (worker.state !== "parsed" && worker.state !== "installing") resolve(true);
    };
    worker.addEventListener("statechange", look);
    look();
  });
}
