import { describe, expect, it } from "vitest";
import { ControlApi } from "$lib/sync/control";
import { NodeRefusal, UnexpectedAnswer } from "$lib/sync/errors";

const LINK = {
  id: "11111111-1111-4111-8111-111111111111",
  url: "https://node.test/avis/secret",
  code: "042817",
  expires_at: "2026-11-27T10:00:00+01:00",
};

function api(answer: object, status = 200): { api: ControlApi; calls: [string, RequestInit][] } {
  const calls: [string, RequestInit][] = [];
  const fetcher: typeof fetch = (input, init) => {
    calls.push([String(input), init ?? {}]);
    return Promise.resolve(Response.json(answer, { status }));
  };
  return { api: new ControlApi("https://node.test", fetcher), calls };
}

describe("a remote doctor's link (wire §6.1)", () => {
  const request = { visit: "v", stop: "s", proof: "p", physician: "Anne Roux", again: false };

  it("is asked with the tablet's token, and told with its code, zeros included", async () => {
    const node = api(LINK, 201);
    expect(await node.api.createRemoteLink("token", request)).toEqual({
      id: LINK.id,
      url: LINK.url,
      code: "042817",
      expiresAt: Date.parse(LINK.expires_at),
    });
    const [url, init] = node.calls[0] ?? ["", {}];
    expect(url).toBe("https://node.test/api/remote-links");
    expect(JSON.parse(String(init.body))).toEqual(request);
    expect(new Headers(init.headers).get("authorization")).toBe("Bearer token");
  });

  it("stands where central says, and nowhere else", async () => {
    expect(await api({ id: "x", state: "opened" }).api.remoteLink("token", "x")).toBe("opened");
    await expect(api({ id: "x", state: "elsewhere" }).api.remoteLink("token", "x")).rejects.toThrow(
      UnexpectedAnswer,
    );
    const problem = { code: "not-found", title: "", detail: "" };
    await expect(api(problem, 404).api.remoteLink("token", "x")).rejects.toThrow(NodeRefusal);
  });
});

describe("satisfaction", () => {
  it("is sent as sealed texts in one list", async () => {
    const node = api({ stored: 2 });
    expect(await node.api.satisfaction("token", ["a", "b"])).toEqual([]);
    expect(JSON.parse(String(node.calls[0]?.[1].body))).toEqual({ responses: ["a", "b"] });
    await expect(api({}).api.satisfaction("token", ["a"])).rejects.toThrow(UnexpectedAnswer);
  });

  it("is told which are to be sent again later, of those that were sent", async () => {
    const answer = { stored: 1, refused: [], later: [1] };
    expect(await api(answer).api.satisfaction("token", ["a", "b"])).toEqual([1]);
    for (const later of [[2], [-1], [0.5], ["0"], "0", { 0: 0 }])
      await expect(api({ stored: 1, later }).api.satisfaction("token", ["a", "b"])).rejects.toThrow(
        UnexpectedAnswer,
      );
  });
});
