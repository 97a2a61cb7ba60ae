/** Records, and deaths, entered in error: each by the notice that says so (wire §2.2). */
import type { KeptNotice, KeptNoticeOf } from "./ledger";

/** What says of a record that it should not have been written. */
export type ErrorNotice = KeptNoticeOf<"entered_in_error">;

/** The records that `notices` end, by envelope id; of two notices on one record the first in the chain of digests. */
export function errorsAmong(notices: readonly ErrorNotice[]): ReadonlyMap<string, ErrorNotice> {
  const ordered = [...notices].sort((one, other) => (one.record < other.record ? 1 : -1));
  return new Map(ordered.map((notice) => [notice.body.record, notice]));
}

/** Those of `notices` that say somebody dead and that none of them tells to be in error, the first signed first. */
export function standingDeaths(notices: readonly KeptNotice[]): readonly KeptNoticeOf<"deceased">[] {
  const errors = errorsAmong(
    notices.filter((notice): notice is ErrorNotice => isOf(notice, "entered_in_error")),
  );
  const deaths = notices.filter((notice): notice is KeptNoticeOf<"deceased"> => isOf(notice, "deceased"));
  // The same notice may have travelled in several envelopes: in error in one of them, it is in all.
  const inError = new Set(deaths.filter(({ envelope }) => errors.has(envelope)).map(({ record }) => record));
  return deaths
    .filter(({ record }) => !inError.has(record))
    .sort(
      (one, other) =>
        Date.parse(one.signed_at) - Date.parse(other.signed_at) || (one.record < other.record ? -1 : 1),
    );
}

function isOf({ body }: KeptNotice, kind: "entered_in_error" | "deceased"): boolean {
  return body.kind === kind;
}
