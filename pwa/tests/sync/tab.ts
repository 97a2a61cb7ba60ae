/** A tab that synchronises with a node in memory. */
import { AccessTokens } from "$lib/sync/access";
import { ControlApi, type NodeIdentity } from "$lib/sync/control";
import type { Database } from "$lib/sync/database";
import type { SyncState } from "$lib/sync/machine";
import type { Pieces } from "$lib/sync/pieces";
import { Synchroniser } from "$lib/sync/synchroniser";
import type { MemoryNode } from "./memory-node";

const running: Synchroniser[] = [];

/** Stop every tab that was opened. */
export async function closeTabs(): Promise<void> {
  await Promise.all(running.splice(0).map((each) => each.stop()));
}

const NO_PIECES: Pieces = { next: () => Promise.resolve(null), sent: () => Promise.resolve() };

/** A tab, and what it was told. */
export interface Tab {
  readonly sync: Synchroniser;
  readonly states: SyncState[];
  readonly network: { online: boolean };
  denied: string[];
  /** What nodes said, one line each. */
  readonly said: string[];
}

/** Open a tab on the replica of `device`. */
export function open(
  node: MemoryNode,
  device: string,
  local: Database,
  manager: LockManager,
  {
    own = [],
    pieces = NO_PIECES,
    keep = () => Promise.resolve(true),
  }: { own?: string[]; pieces?: Pieces; keep?: () => Promise<boolean> } = {},
): Tab {
  const network = { online: true };
  const states: SyncState[] = [];
  const api = new ControlApi("https://node.test", node.fetch);
  const clocks = { wall: () => node.now, monotonic: () => performance.now() };
  const said: string[] = [];
  const saying =
    (what: string) =>
    ({ instance }: NodeIdentity, envelopes: readonly string[]): Promise<boolean> => {
      said.push(...envelopes.map((id) => `${instance} ${what} ${id}`));
      return keep();
    };
  const accessOf = {
    device,
    organization: "cpts",
    sign: (nonce: string): Promise<string> => Promise.resolve(nonce),
  };
  const sync = new Synchroniser(
    {
      device,
      database: "team",
      syncUrl: "https://node.test/sync",
      local,
      tokens: new AccessTokens(api, accessOf, clocks, { clockOffset: () => undefined }),
      fetch: node.fetch,
      clocks,
      locks: manager,
      draw: () => 0,
      online: () => network.online,
      unacknowledged: () => Promise.resolve(own),
      pieces,
      whereabouts: { held: saying("holds"), pulled: saying("gave"), lacking: saying("lacks") },
    },
    {
      state: (state) => states.push(state),
      denied: (map) => (tab.denied = Object.keys(map)),
      moved: () => undefined,
    },
  );
  const tab: Tab = { sync, states, network, denied: [], said };
  running.push(sync);
  return tab;
}

/** Where the tab's synchronisation stands. */
export const phase = (tab: Tab): string | undefined => tab.states.at(-1)?.phase;
