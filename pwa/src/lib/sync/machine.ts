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
import type { NodeKind } from "$lib/store/schema";

export type Phase = "offline" | "connecting" | "syncing" | "idle" | "refused" | "error";

/** When both directions were last level with a node of each kind, in ms since the epoch; `null`: never. */
export type Reached = Readonly<Record<NodeKind, number | null>>;

/** Where synchronisation stands. `node`: the kind of the node that answers, or that refused; `null` while none does. */
export interface SyncState {
  readonly phase: Phase;
  readonly reason: string | null;
  readonly node: NodeKind | null;
  readonly reached: Reached;
}

/** What happened to the synchronisation. */
export type SyncEvent =
  | { readonly type: "attempt" }
  | { readonly type: "joined"; readonly node: NodeKind }
  | { readonly type: "moving" }
  | { readonly type: "caught-up"; readonly at: number }
  | { readonly type: "lost" }
  | { readonly type: "refused"; readonly code: string; readonly node: NodeKind | null }
  | { readonly type: "failed"; readonly reason: string };

/** No node was ever reached. */
export const NEVER_REACHED: Reached = { central: null, hub: null };

/** Before anything was tried: nothing is known of the network. */
export function initial(reached: Reached): SyncState {
  return { phase: "offline", reason: null, node: null, reached };
}

/** When both directions were last level with any node, in ms since the epoch, or `null`. */
export function lastSync({ reached: { central, hub } }: SyncState): number | null {
  return central === null || hub === null ? (central ?? hub) : Math.max(central, hub);
}

/** The state after `event`. An event that does not concern the phase leaves the state as it is. */
export function next(state: SyncState, event: SyncEvent): SyncState {
  const running = state.phase === "syncing" || state.phase === "idle";
  switch (event.type) {
    case "attempt":
      // A refusal stays on screen until the node says otherwise: it is not hidden by each new attempt.
      return state.phase === "refused" || running ? state : gone(state, "connecting");
    case "joined":
      return running && state.node === event.node
        ? state
        : { ...state, phase: "syncing", reason: null, node: event.node };
    case "moving":
      return state.phase === "idle" ? { ...state, phase: "syncing" } : state;
    case "caught-up":
      return running ? level(state, event.at) : state;
    case "lost":
      return gone(state, "offline");
    case "refused":
      return { ...state, phase: "refused", reason: event.code, node: event.node };
    case "failed":
      return gone(state, "error", event.reason);
  }
}

function gone(state: SyncState, phase: Phase, reason: string | null = null): SyncState {
  return { ...state, phase, reason, node: null };
}

function level(state: SyncState, at: number): SyncState {
  const reached = state.node === null ? state.reached : { ...state.reached, [state.node]: at };
  return { ...state, phase: "idle", reason: null, reached };
}
