import { expect, test } from "vitest";
import { AccessTokens } from "$lib/sync/access";
import { ControlApi } from "$lib/sync/control";
import { NodeRefusal, NodeUnreachable } from "$lib/sync/errors";
import { MemoryNode } from "./memory-node";

function tablet(node: MemoryNode): {
  tokens: AccessTokens;
  clock: { wall: number; monotonic: number };
  offsets: number[];
} {
  const clock = { wall: node.now - 3_600_000, monotonic: 0 };
  const offsets: number[] = [];
  const tokens = new AccessTokens(
    new ControlApi("https://node.test", node.fetch),
    "device",
    (nonce) => Promise.resolve(`signed-${nonce}`),
    { wall: () => clock.wall, monotonic: () => clock.monotonic },
    { clockOffset: (offset) => offsets.push(offset) },
  );
  return { tokens, clock, offsets };
}

test("a token is asked for once, with a nonce that the device key signed", async () => {
  const node = new MemoryNode();
  const { tokens } = tablet(node);
  const [one, two] = await Promise.all([tokens.current(), tokens.current()]);
  expect(one).toEqual({ token: "token-for-signed-nonce-1", instance: "node-one" });
  expect(two).toBe(one);
  expect(node.requests).toEqual(["POST /api/device/nonce", "POST /api/device/token"]);
});

test("a token is renewed a minute before it expires, whatever the wall clock says", async () => {
  const node = new MemoryNode();
  const { tokens, clock } = tablet(node);
  await tokens.current();
  clock.wall += 10 * 3_600_000;
  clock.monotonic = 539_999;
  expect((await tokens.current()).token).toBe("token-for-signed-nonce-1");
  clock.monotonic = 540_000;
  expect((await tokens.current()).token).toBe("token-for-signed-nonce-2");
});

test("the clock offset is the node's time minus the tablet's", async () => {
  const { tokens, offsets } = tablet(new MemoryNode());
  await tokens.current();
  expect(offsets).toEqual([3_600_000]);
});

test("a discarded token is asked for again", async () => {
  const { tokens } = tablet(new MemoryNode());
  await tokens.current();
  tokens.discard();
  expect((await tokens.current()).token).toBe("token-for-signed-nonce-2");
});

test("a revoked tablet is told so, with the code of the node", async () => {
  const node = new MemoryNode();
  node.problem = { status: 403, code: "device-revoked" };
  const refusal = await tablet(node)
    .tokens.current()
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NodeRefusal);
  expect(refusal).toMatchObject({ code: "device-revoked", status: 403 });
});

test("a node that is down or silent is unreachable, and refuses nothing", async () => {
  const down = new MemoryNode();
  down.problem = { status: 503, code: "starting" };
  await expect(tablet(down).tokens.current()).rejects.toBeInstanceOf(NodeUnreachable);
  const silent = new MemoryNode();
  silent.cut();
  await expect(tablet(silent).tokens.current()).rejects.toBeInstanceOf(NodeUnreachable);
});
