/**
 * The state of synchronisation, as a pure machine: one event, one next state.
 *
 * | phase        | meaning                                                        | leaves by                     |
 * |--------------|----------------------------------------------------------------|-------------------------------|
 * | `offline`    | no network, or no node answers; tried again by itself          | `attempt`                     |
 * | `connecting` | asking the node for a token                                    | `joined`, `lost`, `refused`   |
 * | `syncing`    | replication runs and has not caught up in both directions      | `caught-up`, `lost`, …        |
 * | `idle`       | both directions are level; replication stays open              | `moving`, `lost`, …           |
 * | `refused`    | the node says no to this tablet (`reason` = wire §6 code)      | `attempt`                     |
 * | `error`      | an answer that makes no sense (`reason` = name of the error)   | `attempt`                     |
 *
 * `idle` says nothing about any record: only a receipt does.
 */
export type Phase = "offline" | "connecting" | "syncing" | "idle" | "refused" | "error";

/** Where synchronisation stands. `lastSync` is when both directions were last level, in ms since the epoch. */
export interface SyncState {
  readonly phase: Phase;
  readonly reason: string | null;
  readonly lastSync: number | null;
}

/** What happened to the synchronisation. */
export type SyncEvent =
  | { readonly type: "attempt" }
  | { readonly type: "joined" }
  | { readonly type: "moving" }
  | { readonly type: "caught-up"; readonly at: number }
  | { readonly type: "lost" }
  | { readonly type: "refused"; readonly code: string }
  | { readonly type: "failed"; readonly reason: string };

/** Before anything was tried: nothing is known of the network. */
export function initial(lastSync: number | null): SyncState {
  return { phase: "offline", reason: null, lastSync };
}

/** The state after `event`. An event that does not concern the phase leaves the state as it is. */
export function next(state: SyncState, event: SyncEvent): SyncState {
  const to = (phase: Phase, reason: string | null = null): SyncState => ({ ...state, phase, reason });
  const running = state.phase === "syncing" || state.phase === "idle";
  switch (event.type) {
    case "attempt":
      // A refusal stays on screen until the node says otherwise: it is not hidden by each new attempt.
      return state.phase === "refused" || running ? state : to("connecting");
    case "joined":
      return running ? state : to("syncing");
    case "moving":
      return state.phase === "idle" ? to("syncing") : state;
    case "caught-up":
      return running ? { phase: "idle", reason: null, lastSync: event.at } : state;
    case "lost":
      return to("offline");
    case "refused":
      return to("refused", event.code);
    case "failed":
      return to("error", event.reason);
  }
}
