/** Records entered in error: each by the notice that says so (wire §2.2). */
import type { KeptNoticeOf } from "./ledger";

/** What says of a record that it should not have been written. */
export type ErrorNotice = KeptNoticeOf<"entered_in_error">;

/** The records that `notices` end, by envelope id; of two notices on one record the first in the chain of digests. */
export function errorsAmong(notices: readonly ErrorNotice[]): ReadonlyMap<string, ErrorNotice> {
  const ordered = [...notices].sort((one, other) => (one.record < other.record ? 1 : -1));
  return new Map(ordered.map((notice) => [notice.body.record, notice]));
}
