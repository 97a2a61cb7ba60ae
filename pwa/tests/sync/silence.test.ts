import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { heardThroughout } from "$lib/sync/silence";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const LONGEST_MS = 60_000;

/** A long poll whose pieces the test gives; it breaks when the request is given up, as a browser's does. */
function trickle(): {
  request: (signal: AbortSignal) => Promise<Response>;
  say: (text: string) => void;
  end: () => void;
} {
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  const request = (signal: AbortSignal): Promise<Response> => {
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
    signal.addEventListener("abort", () => body?.error(new DOMException("aborted", "AbortError")));
    return Promise.resolve(new Response(stream, { status: 200, headers: { "x-kept": "yes" } }));
  };
  return {
    request,
    say: (text) => body?.enqueue(new TextEncoder().encode(text)),
    end: () => body?.close(),
  };
}

function listener(): { heard: () => void; silent: () => void; told: string[] } {
  const told: string[] = [];
  return { heard: () => told.push("heard"), silent: () => told.push("silent"), told };
}

test("an answer that trickles for an hour is whole at its end, and each piece was heard", async () => {
  const { request, say, end } = trickle();
  const { told, ...listening } = listener();
  const response = await heardThroughout(LONGEST_MS, null, request, listening);
  const whole = response.text();
  say('{"results":[');
  for (let minute = 0; minute < 60; minute += 1) {
    await vi.advanceTimersByTimeAsync(30_000);
    say("\n");
  }
  say("]}");
  end();
  expect((await whole).replaceAll("\n", "")).toBe('{"results":[]}');
  expect(response.headers.get("x-kept")).toBe("yes");
  expect(told.length).toBe(62);
  expect(told).not.toContain("silent");
  await vi.advanceTimersByTimeAsync(10 * LONGEST_MS);
  expect(told).not.toContain("silent");
});

test("an answer that stops in the middle is given up", async () => {
  const { request, say } = trickle();
  const { told, ...listening } = listener();
  const response = await heardThroughout(LONGEST_MS, null, request, listening);
  const broken = response.text().catch((error: unknown) => (error as Error).name);
  say('{"results":[');
  await vi.advanceTimersByTimeAsync(LONGEST_MS - 1);
  expect(told).toEqual(["heard"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(["heard", "silent"]);
  expect(await broken).toBe("AbortError");
});

test("an answer that never begins is given up", async () => {
  const never = (signal: AbortSignal): Promise<Response> =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  const { told, ...listening } = listener();
  const broken = heardThroughout(LONGEST_MS, null, never, listening).catch(() => "given up");
  await vi.advanceTimersByTimeAsync(LONGEST_MS);
  expect(await broken).toBe("given up");
  expect(told).toEqual(["silent"]);
});

test("a request that its caller ends is no silence", async () => {
  const { request, say } = trickle();
  const { told, ...listening } = listener();
  const caller = new AbortController();
  const response = await heardThroughout(LONGEST_MS, caller.signal, request, listening);
  const broken = response.text().catch(() => "ended");
  say("{");
  await vi.advanceTimersByTimeAsync(0);
  caller.abort();
  expect(await broken).toBe("ended");
  await vi.advanceTimersByTimeAsync(2 * LONGEST_MS);
  expect(told).toEqual(["heard"]);
});
