/**
 * A node in memory: the control calls and the CouchDB replication paths that a tablet uses, behind a `fetch`.
 *
 * It is the far end of the wire, not a part of the tablet: it keeps documents by revision, serves `_changes` with
 * long polls, and can be told to go silent, refuse, forget, or become another node.
 */

interface Stored {
  readonly seq: number;
  readonly document: Record<string, unknown>;
}

export class MemoryNode {
  instance = "node-one";
  kind: "central" | "hub" = "central";
  organization = "cpts";
  /** Tokens in force; emptied, every request is refused with 401. */
  readonly tokens = new Set<string>();
  /** Ids that the write rule refuses. */
  readonly forbidden = new Set<string>();
  /** Ids that make a request too large. */
  readonly tooLarge = new Set<string>();
  readonly requests: string[] = [];
  reachable = true;
  /** What a `_bulk_docs` waits for before it is answered. */
  held: Promise<void> = Promise.resolve();
  problem: { status: number; code: string } | null = null;
  /** The node's clock, ms since the epoch. */
  now = Date.parse("2026-11-23T09:00:00Z");
  tokenLifeMs = 600_000;
  /** 401, or 400 as CouchDB answers to a token signed by a key that it does not know. */
  refusesTokensWith = 401;

  readonly #documents = new Map<string, Stored>();
  #seq = 0;
  #nonces = 0;
  readonly #drawn = new Set<string>();
  #waiting = new Set<() => void>();

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input.toString());
    const method = init.method ?? "GET";
    this.requests.push(`${method} ${url.pathname}`);
    if (!this.reachable) throw new TypeError("fetch failed");
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    if (url.pathname.startsWith("/api/")) return this.#control(url.pathname, body);
    const token = new Headers(init.headers).get("Authorization")?.replace("Bearer ", "") ?? "";
    if (!this.tokens.has(token)) {
      return Response.json({ error: "unauthorized" }, { status: this.refusesTokensWith });
    }
    return this.#replication(url, body as never, init.signal ?? null);
  };

  /** Ids held, in order of arrival. */
  ids(): string[] {
    return [...this.#documents.keys()];
  }

  put(document: Record<string, unknown>): void {
    this.#seq += 1;
    this.#documents.set(String(document["_id"]), { seq: this.#seq, document });
    this.#release();
  }

  /** Another node answers under the same name from now on: with its own documents, and none of the other's tokens. */
  become(
    instance: string,
    kind: "central" | "hub",
    documents: readonly Record<string, unknown>[] = [],
  ): void {
    this.instance = instance;
    this.kind = kind;
    this.tokens.clear();
    this.#drawn.clear();
    this.#documents.clear();
    for (const document of documents) this.put(document);
  }

  /** The node starts again: challenges and tokens of before are worth nothing, documents are there. */
  startAgain(): void {
    this.tokens.clear();
    this.#drawn.clear();
  }

  forget(id: string): void {
    this.#documents.delete(id);
  }

  /** The power is cut: open connections drop and new ones find nobody. */
  cut(): void {
    this.reachable = false;
    this.#release();
  }

  /** Feeds come to their end with nothing to say, as at a token's end. */
  endFeeds(): void {
    this.#release();
  }

  #release(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #draw(): string {
    this.#nonces += 1;
    const nonce = `nonce-${this.#nonces}`;
    this.#drawn.add(nonce);
    return nonce;
  }

  #control(path: string, body: unknown): Response {
    if (this.problem) {
      const { status, code } = this.problem;
      return Response.json({ code, status, title: code, detail: code }, { status });
    }
    const time = new Date(this.now).toISOString();
    const { instance, kind, organization } = this;
    if (path === "/api/node")
      return Response.json({ instance, kind, organization, version: "1", time, api: 1 });
    if (path === "/api/device/nonce") {
      return Response.json({ nonce: this.#draw(), expires_at: time, instance });
    }
    if (path === "/api/device/token") {
      const { assertion } = body as { assertion: string };
      const [, challenge = ""] = /^(nonce-\d+)/.exec(assertion) ?? [];
      // A challenge serves once, at the node that drew it.
      if (!this.#drawn.delete(challenge)) {
        return Response.json({ code: "nonce-invalid", title: "", detail: "" }, { status: 401 });
      }
      const token = `token-for-${assertion}`;
      const nonce = this.#draw();
      this.tokens.add(token);
      // A hub's clock may be wrong by a day: only how long a token lives counts.
      return Response.json({
        token,
        expires_at: time,
        lifetime_s: this.tokenLifeMs / 1000,
        time,
        instance,
        nonce,
      });
    }
    return Response.json({ code: "not-found" }, { status: 404 });
  }

  async #replication(url: URL, body: Record<string, never>, signal: AbortSignal | null): Promise<Response> {
    const [, , , call = ""] = url.pathname.split("/");
    switch (call) {
      case "":
        return Response.json({
          db_name: "team",
          update_seq: String(this.#seq),
          doc_count: this.#documents.size,
        });
      case "_changes":
        return this.#changes(url.searchParams, signal);
      case "_revs_diff":
        return Response.json(this.#missing(body));
      case "_bulk_get":
        return Response.json({ results: this.#bulkGet(body) });
      case "_bulk_docs":
        await this.held;
        if (this.#isTooLarge(body)) return Response.json({ error: "too_large" }, { status: 413 });
        return Response.json(this.#bulkDocs(body), { status: 201 });
      default:
        return Response.json({ error: "not_found", reason: call }, { status: 404 });
    }
  }

  async #changes(query: URLSearchParams, signal: AbortSignal | null): Promise<Response> {
    const since = Number(query.get("since") ?? 0);
    const limit = Number(query.get("limit") ?? 1000);
    const after = (): Stored[] =>
      [...this.#documents.values()].filter(({ seq }) => seq > since).slice(0, limit);
    if (query.get("feed") === "longpoll" && after().length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal?.addEventListener("abort", () => resolve());
      });
    }
    if (!this.reachable || signal?.aborted) throw new TypeError("connection reset");
    const results = after().map(({ seq, document }) => ({
      seq: String(seq),
      id: document["_id"],
      changes: [{ rev: document["_rev"] }],
    }));
    return Response.json({ results, last_seq: results.at(-1)?.seq ?? String(this.#seq), pending: 0 });
  }

  #missing(asked: Record<string, readonly string[]>): object {
    const lacking = Object.entries(asked).filter(([id]) => !this.#documents.has(id));
    return Object.fromEntries(lacking.map(([id, missing]) => [id, { missing }]));
  }

  #bulkGet({ docs }: { docs?: readonly { id: string }[] }): object[] {
    return (docs ?? []).map(({ id }) => ({ id, docs: [{ ok: this.#documents.get(id)?.document }] }));
  }

  #isTooLarge({ docs }: { docs?: readonly Record<string, unknown>[] }): boolean {
    return (docs ?? []).some(({ _id }) => this.tooLarge.has(String(_id)));
  }

  #bulkDocs({ docs }: { docs?: readonly Record<string, unknown>[] }): object[] {
    const refused: object[] = [];
    for (const document of docs ?? []) {
      const id = String(document["_id"]);
      if (this.forbidden.has(id)) refused.push({ id, error: "forbidden", reason: "id-mismatch" });
      else this.put(document);
    }
    return refused;
  }
}
