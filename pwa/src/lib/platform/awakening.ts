/** The moments at which something that waits should look again: network, screen, return from the page cache. */

/** What is told. */
export interface AwakeningListener {
  /** The network came or went, the screen came back, the page was restored. */
  awake(): void;
  /** The page is about to be hidden, frozen or closed: what is not durable yet must be written now. */
  hidden(): void;
}

/** Listen until the answer is called. */
export function watchAwakening(page: Window, listener: AwakeningListener): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const awake = (): void => listener.awake();
  page.addEventListener("online", awake, { signal });
  page.addEventListener("offline", awake, { signal });
  page.addEventListener("pageshow", awake, { signal });
  page.addEventListener("pagehide", () => listener.hidden(), { signal });
  page.document.addEventListener(
    "visibilitychange",
    () => (page.document.visibilityState === "hidden" ? listener.hidden() : listener.awake()),
    { signal },
  );
  return () => stop.abort();
}
