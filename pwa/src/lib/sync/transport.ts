/**
 * The `fetch` that PouchDB replicates through: current token, no cookie, bounded silence, one node.
 *
 * PouchDB waits for ever on a connection that died silently (a bus that left coverage), asks for cookies, and when
 * `GET /` fails names the replication by its address, which two nodes may share: all three are corrected here.
 */
import type { Access, AccessTokens } from "./access";
import type { NodeIdentity } from "./control";
import { AccessRefused, NodeFailing, NodeReplaced, NodeUnreachable, SyncError } from "./errors";
import { heardThroughout } from "./silence";

/** How often a node with nothing to say says that it is there: a byte, in the `_changes` long poll that waits. */
export const HEARTBEAT_MS = 40_000;
/** A long poll without a byte for so long is a connection that died. */
export const SILENCE_MS = 60_000;
const TRANSFER_LIMIT_MS = 120_000;

/** What passes through, told as it happens: PouchDB wraps errors and hides which one came first. */
export interface TransportListener {
  /** The node answered a replication request with success, or said within a long poll that it is there. */
  answered(): void;
  /** A request failed for a reason that ends the run. */
  failed(error: SyncError): void;
}

/** What one run of replication is bound to. */
export interface Route {
  /** Address of the replication root, ending with `/`: the parent of every database. */
  readonly root: string;
  /** The node that this run started with. */
  readonly node: NodeIdentity;
  readonly tokens: AccessTokens;
  readonly fetch: typeof fetch;
}

/** A `fetch` for PouchDB's http adapter. Raises a {@link SyncError}, told to `listener` first. */
export function replicationFetch(route: Route, listener: TransportListener): typeof fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : input.toString();
    if (url === route.root) return Response.json({ couchdb: "Welcome", uuid: route.node.instance });
    try {
      const response = await admitted(route, url, init, listener);
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

/**
 * The node's answer to a request that it admitted. A token refused is renewed and the request made once more: the node
 * may have started again; if it is another node, its new token says so.
 */
async function admitted(
  route: Route,
  url: string,
  init: RequestInit,
  listener: TransportListener,
): Promise<Response> {
  let access = await accessOf(route);
  let response = await send(route, access, url, init, listener);
  // Of a token signed by a key that it does not know CouchDB says 400, as of any malformed request.
  if (response.status === 401 || response.status === 400) {
    route.tokens.discard(access);
    access = await accessOf(route);
    response = await send(route, access, url, init, listener);
  }
  if (response.status === 401 || response.status === 403) {
    // Only the call for another token tells a revocation from the rest.
    route.tokens.discard(access);
    throw new AccessRefused(response.status);
  }
  if (response.status >= 500) throw new NodeFailing(response.status, "the node cannot take it now");
  return response;
}

async function accessOf({ tokens, node }: Route): Promise<Access> {
  const access = await tokens.current();
  if (access.node.instance !== node.instance) throw new NodeReplaced(access.node.instance);
  return access;
}

async function send(
  route: Route,
  access: Access,
  url: string,
  init: RequestInit,
  listener: TransportListener,
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${access.token}`);
  // No cache mode: any but the default makes Chromium ask leave (CORS preflight) again for each request. What nodes
  // answer says itself that it is not to be kept.
  const asked = { ...init, headers, credentials: "omit" } as const;
  if (url.includes("feed=longpoll")) {
    return heardThroughout(
      SILENCE_MS,
      init.signal ?? null,
      (signal) => route.fetch(url, { ...asked, signal }),
      {
        heard: () => listener.answered(),
        silent: () => listener.failed(new NodeUnreachable("the connection went silent")),
      },
    );
  }
  const limit = AbortSignal.timeout(TRANSFER_LIMIT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  return route.fetch(url, { ...asked, signal });
}
