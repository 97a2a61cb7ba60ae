/**
 * Where an envelope without a receipt is known to be (wire §7): on the tablet alone, on a hub, at central.
 *
 * Told by nodes about what they hold, never by a checkpoint. What a hub held stays said to be there when the hub is gone,
 * with its hour; what central held is never said to be less far because a hub holds it too. Readable while locked.
 */
import type { Store, Writing } from "../store/database";
import type { NodeKind, WhereaboutsRow } from "../store/schema";

/** A node that speaks of what it holds. */
export interface HoldingNode {
  readonly kind: NodeKind;
  readonly instance: string;
}

/** The node that holds an envelope, and since when. */
export type Whereabouts = Omit<WhereaboutsRow, "envelope">;

/** What is known of every envelope, by id. */
export async function readWhereabouts(store: Store): Promise<ReadonlyMap<string, Whereabouts>> {
  const rows = await store.read(["whereabouts"], async ({ whereabouts }) => whereabouts.all());
  return new Map(rows.map(({ envelope, ...held }) => [envelope, held]));
}

/**
 * `node` holds `envelopes`: noted of those that this tablet signed, and of those already followed. Answers whether
 * anything was learnt. `at` in milliseconds since the epoch.
 */
export async function noteHeld(
  store: Store,
  node: HoldingNode,
  envelopes: readonly string[],
  at: number,
): Promise<boolean> {
  return store.write(["sealed", "whereabouts"], async ({ sealed, whereabouts }) => {
    let learnt = false;
    for (const envelope of envelopes) {
      const before = await whereabouts.get(envelope);
      if (before === undefined && (await sealed.get(envelope)) === undefined) continue;
      if (before !== undefined && !tellsMore(node, before)) continue;
      await whereabouts.put({ envelope, kind: node.kind, instance: node.instance, since: at });
      learnt = true;
    }
    return learnt;
  });
}

/** `envelopes` of teammates came from `hub`: until more is known, that is where they are. */
export async function notePulled(
  store: Store,
  hub: HoldingNode,
  envelopes: readonly string[],
  at: number,
): Promise<boolean> {
  return store.write(["whereabouts"], async ({ whereabouts }) => {
    let learnt = false;
    for (const envelope of envelopes) {
      if ((await whereabouts.get(envelope)) !== undefined) continue;
      await whereabouts.put({ envelope, kind: hub.kind, instance: hub.instance, since: at });
      learnt = true;
    }
    return learnt;
  });
}

/** `node` does not hold `envelopes`: what was known of it there is no longer so. Answers whether anything changed. */
export async function noteLacking(
  store: Store,
  node: HoldingNode,
  envelopes: readonly string[],
): Promise<boolean> {
  return store.write(["whereabouts"], (rows) =>
    forget(rows, envelopes, ({ instance }) => instance === node.instance),
  );
}

/** Forget what has a receipt: from there on the receipt says where it stands. */
export async function forgetAcknowledged(store: Store, envelopes: readonly string[]): Promise<void> {
  if (envelopes.length === 0) return;
  await store.write(["whereabouts"], (rows) => forget(rows, envelopes, () => true));
}

async function forget(
  { whereabouts }: Writing<"whereabouts">,
  envelopes: readonly string[],
  which: (row: WhereaboutsRow) => boolean,
): Promise<boolean> {
  let changed = false;
  for (const envelope of envelopes) {
    const row = await whereabouts.get(envelope);
    if (row === undefined || !which(row)) continue;
    await whereabouts.delete(envelope);
    changed = true;
  }
  return changed;
}

function tellsMore(node: HoldingNode, { kind, instance }: WhereaboutsRow): boolean {
  if (kind === "central" && node.kind === "hub") return false;
  return node.instance !== instance;
}
