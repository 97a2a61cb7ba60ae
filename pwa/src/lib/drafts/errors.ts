/**
 * Refusals of drafts.
 *
 * ```
 * DraftError
 * ├── DraftGone        no such draft: it was signed, or this tablet was emptied
 * ├── DraftMoved       another tab or member saved it since: this writer must not write over it
 * └── DraftUnreadable  its seal does not open with the keys held: kept, reported
 * ```
 */

/** Any refusal of a draft. */
export class DraftError extends Error {
  override readonly name: string = "DraftError";
}

/** The draft is not in the store. */
export class DraftGone extends DraftError {
  override readonly name = "DraftGone";
  constructor(readonly draft: string) {
    super("draft gone");
  }
}

/** The stored draft is newer than the one being written. */
export class DraftMoved extends DraftError {
  override readonly name = "DraftMoved";
  constructor(readonly draft: string) {
    super("draft moved");
  }
}

/** The draft does not open. */
export class DraftUnreadable extends DraftError {
  override readonly name = "DraftUnreadable";
  constructor(
    readonly draft: string,
    cause?: unknown,
  ) {
    super("draft unreadable", { cause });
  }
}
