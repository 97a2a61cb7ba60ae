/**
 * The `fetch` that PouchDB replicates through: current token, no cookie, bounded waits, one node.
 *
 * PouchDB waits for ever on a connection that died silently (a bus that left coverage), asks for cookies, and when
 * `GET /` fails names the replication by its address, which two nodes may share: all three are corrected here.
 */
import type { AccessTokens } from "./access";
import { AccessRefused, NodeFailing, NodeReplaced, NodeUnreachable, SyncError } from "./errors";

/** How long a node may keep a `_changes` long poll open when nothing happens. */
export const LONGPOLL_MS = 25_000;
const LONGPOLL_LIMIT_MS = LONGPOLL_MS + 10_000;
const TRANSFER_LIMIT_MS = 120_000;

/** What passes through, told as it happens: PouchDB wraps errors and hides which one came first. */
export interface TransportListener {
  /** The node answered a replication request with success. */
  answered(): void;
  /** A request failed for a reason that ends the run. */
  failed(error: SyncError): void;
}

/** What one run of replication is bound to. */
export interface Route {
  /** Address of the replication root, ending with `/`: the parent of every database. */
  readonly root: string;
  /** The node that this run started with. */
  readonly instance: string;
  readonly tokens: AccessTokens;
  readonly fetch: typeof fetch;
}

/** A `fetch` for PouchDB's http adapter. Raises a {@link SyncError}, told to `listener` first. */
export function replicationFetch(route: Route, listener: TransportListener): typeof fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : input.toString();
    if (url === route.root) return Response.json({ couchdb: "Welcome", uuid: route.instance });
    try {
      const response = await request(route, url, init);
      if (response.ok) listener.answered();
      return response;
    } catch (error) {
      if (init.signal?.aborted) throw error;
      const failure = error instanceof SyncError ? error : new NodeUnreachable("no answer", { cause: error });
      listener.failed(failure);
      throw failure;
    }
  };
}

async function request(route: Route, url: string, init: RequestInit): Promise<Response> {
  const access = await route.tokens.current();
  if (access.instance !== route.instance) throw new NodeReplaced(access.instance);
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${access.token}`);
  const limit = AbortSignal.timeout(url.includes("feed=longpoll") ? LONGPOLL_LIMIT_MS : TRANSFER_LIMIT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  const response = await route.fetch(url, {
    ...init,
    headers,
    signal,
    credentials: "omit",
    cache: "no-store",
  });
  if (response.status === 401 || response.status === 403) throw new AccessRefused(response.status);
  if (response.status >= 500) throw new NodeFailing(response.status, "the node cannot take it now");
  return response;
}
