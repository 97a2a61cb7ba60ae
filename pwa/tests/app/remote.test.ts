import { describe, expect, it } from "vitest";
import { NodeFailing, NodeRefusal, NodeUnreachable } from "$lib/sync/errors";
import type { Desk } from "../../src/app/desk.svelte";
import { RemoteLinkDesk, type LinkTrouble } from "../../src/app/remote.svelte";

/** A link asked of a central that answers with an error. */
async function troubled(error: Error): Promise<RemoteLinkDesk> {
  const station = { atCentral: () => Promise.reject(error) };
  const remote = new RemoteLinkDesk({ slot: { member: "m" }, station } as unknown as Desk, "v", "s");
  await remote.make("Dr Jeanne Loin");
  return remote;
}

describe("why there is no link", () => {
  it.each<[Error, LinkTrouble]>([
    [new NodeRefusal("consent-refused", 409, ""), "no-consent"],
    [new NodeRefusal("not-found", 404, ""), "refused"],
    [new NodeFailing(429, ""), "busy"],
    [new NodeFailing(503, ""), "failed"],
    [new NodeUnreachable("no route"), "no-network"],
  ])("tells %s", async (error, trouble) => {
    const remote = await troubled(error);
    expect([remote.trouble, remote.link, remote.busy]).toEqual([trouble, null, false]);
  });
});
