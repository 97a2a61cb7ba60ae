import { expect, test } from "vitest";
import { AccessTokens } from "$lib/sync/access";
import { ControlApi } from "$lib/sync/control";
import { NodeRefusal, NodeReplaced, NodeUnreachable, UnexpectedAnswer } from "$lib/sync/errors";
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
    {
      device: "device",
      organization: "cpts",
      sign: (nonce, instance) => Promise.resolve(`${nonce}-for-${instance}`),
    },
    { wall: () => clock.wall, monotonic: () => clock.monotonic },
    { clockOffset: (offset) => offsets.push(offset) },
  );
  return { tokens, clock, offsets };
}

const FIRST = "token-for-nonce-1-for-node-one";
const SECOND = "token-for-nonce-2-for-node-one";

test("a token is asked for once, with a nonce that the device key signed for this node", async () => {
  const node = new MemoryNode();
  const { tokens } = tablet(node);
  const [one, two] = await Promise.all([tokens.current(), tokens.current()]);
  expect(one).toMatchObject({ token: FIRST, node: { instance: "node-one", kind: "central" } });
  expect(two).toBe(one);
  expect(node.requests).toEqual(["POST /api/device/nonce", "GET /api/node", "POST /api/device/token"]);
});

test("a node that is known is asked for one thing only: it gave the next challenge with its token", async () => {
  const node = new MemoryNode();
  const { tokens, clock } = tablet(node);
  await tokens.current();
  clock.monotonic = 540_000;
  await tokens.current();
  expect(node.requests.slice(3)).toEqual(["POST /api/device/token"]);
});

test("a node that started again draws another challenge, and is asked for it", async () => {
  const node = new MemoryNode();
  const { tokens, clock } = tablet(node);
  await tokens.current();
  node.startAgain();
  clock.monotonic = 540_000;
  expect((await tokens.current()).token).toBe("token-for-nonce-3-for-node-one");
  expect(node.requests.slice(3)).toEqual([
    "POST /api/device/token",
    "POST /api/device/nonce",
    "POST /api/device/token",
  ]);
});

test("a token is renewed a minute before it expires, whatever the wall clock says, or the node's", async () => {
  const node = new MemoryNode();
  const { tokens, clock } = tablet(node);
  await tokens.current();
  clock.wall += 10 * 3_600_000;
  node.now -= 24 * 3_600_000;
  clock.monotonic = 539_999;
  expect((await tokens.current()).token).toBe(FIRST);
  clock.monotonic = 540_000;
  expect((await tokens.current()).token).toBe(SECOND);
});

test("a token that the node refuses early is replaced, and the call made once more", async () => {
  const { tokens } = tablet(new MemoryNode());
  await tokens.current();
  const used: string[] = [];
  const answer = await tokens.spend((token) => {
    used.push(token);
    const refused = new NodeRefusal("token-invalid", 401, "ended");
    return token === FIRST ? Promise.reject(refused) : Promise.resolve("told");
  });
  expect({ answer, used }).toEqual({ answer: "told", used: [FIRST, SECOND] });
});

test("any other refusal costs no token", async () => {
  const { tokens } = tablet(new MemoryNode());
  const refused = new NodeRefusal("device-revoked", 403, "revoked");
  await expect(tokens.spend(() => Promise.reject(refused))).rejects.toBe(refused);
  expect((await tokens.current()).token).toBe(FIRST);
});

test("the clock offset is central's time minus the tablet's", async () => {
  const { tokens, offsets } = tablet(new MemoryNode());
  await tokens.current();
  expect(offsets).toEqual([3_600_000]);
});

test("a hub's clock teaches nothing", async () => {
  const node = new MemoryNode();
  node.become("box", "hub");
  const { tokens, offsets } = tablet(node);
  expect((await tokens.current()).node.kind).toBe("hub");
  expect(offsets).toEqual([]);
});

test("a discarded token is asked for again, and only that one is discarded", async () => {
  const { tokens } = tablet(new MemoryNode());
  const first = await tokens.current();
  tokens.discard(first);
  const second = await tokens.current();
  expect(second.token).toBe(SECOND);
  tokens.discard(first);
  expect(await tokens.current()).toBe(second);
});

test("a token kept serves again only where the same node still answers", async () => {
  const node = new MemoryNode();
  const { tokens } = tablet(node);
  const first = await tokens.current();
  expect(await tokens.confirmed()).toBe(first);
  node.become("box", "hub");
  expect((await tokens.confirmed()).node).toMatchObject({ instance: "box", kind: "hub" });
});

test("a node that changed between the nonce and the token gets no token of the other", async () => {
  const node = new MemoryNode();
  const { tokens } = tablet(node);
  tokens.discard(await tokens.current());
  const swapped: typeof fetch = (input, init) => {
    if (String(input).endsWith("/token")) node.instance = "node-two";
    return node.fetch(input, init);
  };
  const other = new AccessTokens(
    new ControlApi("https://node.test", swapped),
    { device: "device", organization: "cpts", sign: (nonce) => Promise.resolve(nonce) },
    { wall: () => 0, monotonic: () => 0 },
    { clockOffset: () => undefined },
  );
  await expect(other.current()).rejects.toBeInstanceOf(NodeReplaced);
});

test("a node of another organisation is given nothing to hold", async () => {
  const node = new MemoryNode();
  node.organization = "another";
  await expect(tablet(node).tokens.current()).rejects.toBeInstanceOf(UnexpectedAnswer);
  expect(node.tokens.size).toBe(0);
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
