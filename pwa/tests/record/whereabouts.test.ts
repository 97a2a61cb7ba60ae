/** Where an envelope without a receipt is said to be, from what nodes answered (wire §7). */
import { beforeEach, describe, expect, it } from "vitest";
import { placeOf, placesOf } from "$lib/record/states";
import {
  forgetAcknowledged,
  noteHeld,
  noteLacking,
  notePulled,
  readWhereabouts,
  type HoldingNode,
} from "$lib/record/whereabouts";
import type { Store } from "$lib/store/database";
import type { SealedRow } from "$lib/store/schema";
import { freshStore } from "../store/fresh";

const HUB: HoldingNode = { kind: "hub", instance: "box" };
const OTHER_HUB: HoldingNode = { kind: "hub", instance: "another box" };
const CENTRAL: HoldingNode = { kind: "central", instance: "central" };
const MORNING = Date.parse("2026-11-23T09:42:00+01:00");
const NOON = Date.parse("2026-11-23T12:00:00+01:00");

let store: Store;

beforeEach(async () => {
  store = await freshStore();
  await store.write(["sealed"], async ({ sealed }) =>
    sealed.put({ envelope: "e-mine", draft: "d" } as unknown as SealedRow),
  );
});

async function place(envelope: string, own = true): Promise<unknown> {
  return placeOf((await readWhereabouts(store)).get(envelope), own);
}

describe("a record of this tablet", () => {
  it("is on the tablet until a node says that it holds it", async () => {
    expect(await place("e-mine")).toEqual({ state: "on-tablet", since: null });
  });

  it("is on the hub since the hub first held it, and stays said to be there when the hub is gone", async () => {
    expect(await noteHeld(store, HUB, ["e-mine"], MORNING)).toBe(true);
    expect(await noteHeld(store, HUB, ["e-mine"], NOON)).toBe(false);
    expect(await place("e-mine")).toEqual({ state: "on-hub", since: MORNING });
  });

  it("is on the last hub that held it", async () => {
    await noteHeld(store, HUB, ["e-mine"], MORNING);
    await noteHeld(store, OTHER_HUB, ["e-mine"], NOON);
    expect(await place("e-mine")).toEqual({ state: "on-hub", since: NOON });
  });

  it("is at central once central holds it, whatever a hub says after", async () => {
    await noteHeld(store, HUB, ["e-mine"], MORNING);
    await noteHeld(store, CENTRAL, ["e-mine"], NOON);
    expect(await noteHeld(store, HUB, ["e-mine"], NOON + 1)).toBe(false);
    expect(await place("e-mine")).toEqual({ state: "at-central", since: NOON });
  });

  it("is on the tablet again when the node that held it has lost it", async () => {
    await noteHeld(store, HUB, ["e-mine"], MORNING);
    expect(await noteLacking(store, CENTRAL, ["e-mine"])).toBe(false);
    expect(await place("e-mine")).toMatchObject({ state: "on-hub" });
    expect(await noteLacking(store, HUB, ["e-mine"])).toBe(true);
    expect(await place("e-mine")).toMatchObject({ state: "on-tablet" });
  });

  it("is followed no more once its receipt is here", async () => {
    await noteHeld(store, HUB, ["e-mine"], MORNING);
    await forgetAcknowledged(store, ["e-mine"]);
    expect((await readWhereabouts(store)).size).toBe(0);
  });
});

describe("a teammate's record", () => {
  it("came from central when nothing else is noted", async () => {
    expect(await place("e-theirs", false)).toEqual({ state: "at-central", since: null });
  });

  it("that a hub gave is on the hub, until central holds it", async () => {
    await notePulled(store, HUB, ["e-theirs"], MORNING);
    expect(await place("e-theirs", false)).toEqual({ state: "on-hub", since: MORNING });
    await noteHeld(store, CENTRAL, ["e-theirs"], NOON);
    expect(await place("e-theirs", false)).toEqual({ state: "at-central", since: NOON });
  });

  it("that came from central is not said to be less far because a hub holds it too", async () => {
    expect(await noteHeld(store, HUB, ["e-theirs"], MORNING)).toBe(false);
    expect(await place("e-theirs", false)).toMatchObject({ state: "at-central" });
  });
});

it("records are counted by place, and those with a receipt in none", () => {
  const states = ["on-tablet", "on-hub", "on-hub", "at-central", "received", "integrated"] as const;
  expect(placesOf(states.map((state) => ({ state })))).toEqual({ onTablet: 1, onHub: 2, atCentral: 1 });
});
