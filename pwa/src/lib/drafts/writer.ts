/**
 * Keeps one draft on disk while it is typed: changes are coalesced, saves follow one another, and what is said to be
 * saved is.
 *
 * A change is on disk within {@link SAVE_DELAY_MS} and the time of one save. The delay is not put off by further
 * typing, so that continuous typing is saved too. A save begun is awaited before the next one begins: no older write
 * can land last.
 */
import type { Timers } from "../store/clock";
import { rfc3339 } from "../store/clock";
import type { Draft, DraftChange, StoredDraft } from "./draft";
import { saveDraft, type DraftContext } from "./drafts";
import { DraftError } from "./errors";

/** Longest time between a change and the beginning of its save. */
export const SAVE_DELAY_MS = 200;
/** Time before a refused save (a full disk, say) is tried again. */
export const RETRY_DELAY_MS = 2000;

/** What the writer can say of the draft. `failed` is followed by a retry unless the draft has moved or gone. */
export type SaveState = "saved" | "pending" | "failed";

/** What the screen shows. */
export interface SaveStatus {
  readonly state: SaveState;
  /** When the last durable save was made, by the tablet's clock. */
  readonly savedAt: Date;
  /** Why the last save failed. */
  readonly error: unknown;
}

/** The writer of one open draft. */
export class DraftWriter {
  readonly #context: DraftContext;
  readonly #timers: Timers;
  readonly #onstatus: (status: SaveStatus) => void;
  #stored: StoredDraft;
  #draft: Draft;
  #dirty = false;
  #closed = false;
  #saving: Promise<void> | null = null;
  #cancel: (() => void) | null = null;
  #error: unknown = null;
  #savedAt: Date;

  constructor(
    context: DraftContext,
    stored: StoredDraft,
    timers: Timers,
    onstatus: (status: SaveStatus) => void = () => undefined,
  ) {
    this.#context = context;
    this.#stored = stored;
    this.#draft = stored.draft;
    this.#timers = timers;
    this.#onstatus = onstatus;
    this.#savedAt = new Date(stored.draft.saved_at);
  }

  /** The draft as it is now, saved or not. */
  get draft(): Draft {
    return this.#draft;
  }

  /** The draft as it is on disk. */
  get stored(): StoredDraft {
    return this.#stored;
  }

  /** Whether the draft now is the draft on disk, and since when. */
  get status(): SaveStatus {
    const state =
      this.#error !== null ? "failed" : this.#dirty || this.#saving !== null ? "pending" : "saved";
    return { state, savedAt: this.#savedAt, error: this.#error };
  }

  /** Change the draft; it is saved shortly. A closed writer refuses: its keys are gone. */
  update(change: DraftChange): void {
    if (this.#closed) throw new DraftError("writer closed");
    this.#draft = { ...this.#draft, ...change };
    this.#dirty = true;
    this.#schedule(SAVE_DELAY_MS);
    this.#report();
  }

  /** Save now what is not saved; resolves once it is durable. Raises what made the save fail. */
  async flush(): Promise<void> {
    this.#unschedule();
    while (this.#dirty || this.#saving !== null) {
      this.#saving ??= this.#save();
      await this.#saving;
    }
  }

  /** Save what is left and write no more. Called before the draft is signed, handed over, or its keys dropped. */
  async close(): Promise<StoredDraft> {
    // Closed only once all is saved: a refused save leaves a writer that still holds, and retries, what was typed.
    await this.flush();
    this.#closed = true;
    return this.#stored;
  }

  async #save(): Promise<void> {
    this.#dirty = false;
    const at = this.#context.clock();
    try {
      const draft = { ...this.#draft, saved_at: rfc3339(at) };
      this.#stored = await saveDraft(this.#context, { ...this.#stored, draft });
      this.#savedAt = at;
      this.#error = null;
    } catch (error) {
      this.#dirty = true;
      this.#error = error;
      if (!(error instanceof DraftError)) this.#schedule(RETRY_DELAY_MS);
      throw error;
    } finally {
      this.#saving = null;
      this.#report();
    }
  }

  #schedule(delay_ms: number): void {
    this.#cancel ??= this.#timers.after(delay_ms, () => {
      this.#cancel = null;
      // The failure is in the status, where the screen reads it; the retry is already scheduled.
      this.flush().catch(() => undefined);
    });
  }

  #unschedule(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #report(): void {
    this.#onstatus(this.status);
  }
}

/** Flush `writer` when the page is hidden or left, which on a tablet is often the last that is heard of it. */
export function flushWhenHidden(writer: DraftWriter, page: Document = document): () => void {
  const flush = (): void => {
    if (page.visibilityState === "hidden") writer.flush().catch(() => undefined);
  };
  page.addEventListener("visibilitychange", flush);
  page.defaultView?.addEventListener("pagehide", flush);
  return () => {
    page.removeEventListener("visibilitychange", flush);
    page.defaultView?.removeEventListener("pagehide", flush);
  };
}
