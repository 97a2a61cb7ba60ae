/**
 * A request whose answer trickles for minutes, and that must be heard all along.
 *
 * A long poll says a byte now and then (CouchDB, `heartbeat`). When the bus leaves coverage nothing tells the browser:
 * the connection stays open for ever, and silent.
 */

/** What is told while the answer comes. */
export interface HearingListener {
  /** A piece of the body came. */
  heard(): void;
  /** Nothing came for too long: the request was given up. */
  silent(): void;
}

/**
 * Make `request` with a signal that aborts when `outer` does, or when nothing came for `longest_ms`: neither the answer's
 * start nor, from then on, a piece of its body, up to its end.
 */
export async function heardThroughout(
  longest_ms: number,
  outer: AbortSignal | null,
  request: (signal: AbortSignal) => Promise<Response>,
  listener: HearingListener,
): Promise<Response> {
  const giving = new AbortController();
  const signal = outer === null ? giving.signal : AbortSignal.any([outer, giving.signal]);
  let timer = setTimeout(giveUp, longest_ms);
  function giveUp(): void {
    if (outer?.aborted === true) return;
    listener.silent();
    giving.abort();
  }
  function again(): void {
    clearTimeout(timer);
    timer = setTimeout(giveUp, longest_ms);
  }
  outer?.addEventListener("abort", () => clearTimeout(timer), { signal: giving.signal });

  try {
    const response = await request(signal);
    again();
    if (response.body === null) {
      clearTimeout(timer);
      return response;
    }
    const hearing = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        again();
        listener.heard();
        controller.enqueue(piece);
      },
      flush: () => clearTimeout(timer),
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(hearing), { status, statusText, headers });
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}
