/** Keeping what nodes say of where envelopes are, but of those that have a receipt: from there on it says where they stand. */
import type { CentralReader } from "$lib/central/reader";
import { noteHeld, noteLacking, notePulled } from "$lib/record/whereabouts";
import type { WhereaboutsKeeper } from "$lib/sync/synchroniser";
import type { Environment } from "./environment";

/** The keeper over the tablet's store; `reader` answers who reads receipts. */
export function whereaboutsKeeper(
  { store, clocks }: Environment,
  reader: () => Promise<CentralReader>,
): WhereaboutsKeeper {
  const unreceipted = async (envelopes: readonly string[]): Promise<readonly string[]> => {
    const receipts = await (await reader()).receipts(envelopes);
    return envelopes.filter((envelope) => !receipts.has(envelope));
  };
  return {
    held: async (node, envelopes) => noteHeld(store, node, await unreceipted(envelopes), clocks.wall()),
    lacking: (node, envelopes) => noteLacking(store, node, envelopes),
    pulled: async (node, envelopes) => {
      // What central gives is at central, which needs no note: only what was noted to be on a hub is corrected.
      const noting = node.kind === "hub" ? notePulled : noteHeld;
      return noting(store, node, await unreceipted(envelopes), clocks.wall());
    },
  };
}
