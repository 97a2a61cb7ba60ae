/** Signing a notice: it takes its place in the device's chain beside the records, and leaves by the same outbox. */
import { append, CHAIN_LOCK, requireReady, type SigningContext } from "../record/chain";
import type { SealedRow } from "../store/schema";
import type { NoticeBody } from "./body";

/** What is said, and of which stop. */
export interface UnsignedNotice {
  readonly campaign: string;
  readonly stop: string;
  readonly body: NoticeBody;
}

/**
 * Sign and seal `notice`; resolves once it is durable. Never waits for a network.
 *
 * Raises `SigningError`, `RecordTooLarge`, `SlotLocked`, `StorageFull`: in every case nothing was written.
 */
export async function signNotice(
  context: SigningContext,
  { campaign, stop, body }: UnsignedNotice,
): Promise<SealedRow> {
  requireReady(context);
  return context.locks.exclusive(CHAIN_LOCK, async () =>
    append(context, { payload: (place) => ({ ...place, campaign, stop, ...body }), draft: null }),
  );
}
