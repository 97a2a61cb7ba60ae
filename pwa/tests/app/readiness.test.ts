import { describe, expect, it } from "vitest";
import { checksOf, type Check, type ReadinessFacts } from "../../src/app/readiness";

const NOW = Date.parse("2026-11-23T07:30:00Z");
const READY: ReadinessFacts = {
  now_ms: NOW,
  day: { stops: 4, people: 12, forms: ["medicobus-consultation 1.1.0"], formsMissing: [] },
  clock_offset_ms: 900,
  storage: { kind: "ready", freeBytes: 12 * 1024 ** 3 },
  battery: { level: 0.82, charging: false },
  version: "0.1.0",
  newVersion: false,
  keptOffline: true,
  lastSync: { at_ms: NOW - 6 * 60_000, node: "central" },
  unsaid: { onTablet: 0, onHub: 0, atCentral: 0 },
  updates: 0,
  hubAccess: "granted",
  atHub: false,
  accesses: [
    { name: "Claire", state: "confirmed", keyring: true },
    { name: "Dr Martin", state: "confirmed", keyring: true },
  ],
  onDuty: true,
};

function check(name: Check["name"], facts: Partial<ReadinessFacts>): Check | undefined {
  return checksOf({ ...READY, ...facts }).find((each) => each.name === name);
}

describe("a tablet that has everything", () => {
  it("is ready on every line, with nothing to do", () => {
    const checks = checksOf(READY);
    expect(checks.map(({ state }) => state)).toEqual(checks.map(() => "good"));
    expect(checks.map(({ action }) => action)).toEqual(checks.map(() => null));
    expect(check("roster", {})?.words).toBe("4 escales, 12 personnes attendues");
  });
});

const TODO: readonly [string, Check["name"], Partial<ReadinessFacts>][] = [
  ["no stop today", "roster", { day: { stops: 0, people: 0, forms: [], formsMissing: [] } }],
  ["a form missing", "forms", { day: { stops: 1, people: 1, forms: [], formsMissing: ["f 1"] } }],
  ["a clock two minutes late", "clock", { clock_offset_ms: 120_000 }],
  ["a clock that runs ahead", "clock", { clock_offset_ms: -300_000 }],
  ["storage not guaranteed", "storage", { storage: { kind: "not-persistent", freeBytes: null } }],
  ["no room", "storage", { storage: { kind: "no-room", freeBytes: 1024 } }],
  ["half a battery", "battery", { battery: { level: 0.5, charging: false } }],
  ["a new version waiting", "version", { newVersion: true }],
  ["an application not kept whole", "offline", { keptOffline: false }],
  ["no synchronisation ever", "sync", { lastSync: null }],
  ["a record on the tablet alone", "records", { unsaid: { onTablet: 1, onHub: 0, atCentral: 0 } }],
  ["records on the hub alone", "records", { unsaid: { onTablet: 0, onHub: 3, atCentral: 0 }, atHub: true }],
  ["updates that central does not have", "records", { updates: 2 }],
  ["a hub that the browser has not asked about", "hub", { hubAccess: "prompt" }],
  ["a hub refused in the browser", "hub", { hubAccess: "denied" }],
  ["a synchronisation of yesterday", "sync", { lastSync: { at_ms: NOW - 13 * 3_600_000, node: "central" } }],
  [
    "a member on duty without access",
    "accesses",
    { accesses: [{ name: "X", state: "none", keyring: false }] },
  ],
  ["an access not confirmed", "accesses", { accesses: [{ name: "X", state: "pending", keyring: true }] }],
  ["a key ring missing", "keyring", { accesses: [{ name: "X", state: "confirmed", keyring: false }] }],
];

describe("what is to do is said with what to do", () => {
  it.each(TODO)("%s", (_, name, facts) => {
    const found = check(name, facts);
    expect(found?.state).toBe("todo");
    expect(found?.action).toMatch(/\.$/);
  });
});

const UNKNOWN: readonly [string, Check["name"], Partial<ReadinessFacts>][] = [
  ["the list while locked", "roster", { day: null }],
  ["the forms while locked", "forms", { day: null }],
  ["a clock never compared", "clock", { clock_offset_ms: null }],
  ["room that the browser does not tell", "storage", { storage: { kind: "ready", freeBytes: null } }],
  ["a battery that the browser does not tell", "battery", { battery: null }],
  ["versions where nothing looks for them", "version", { newVersion: null }],
  ["whether it starts offline, where nothing keeps it", "offline", { keptOffline: null }],
  ["who is on duty when nobody says so", "accesses", { onDuty: false }],
  ["key rings without any access", "keyring", { accesses: [] }],
];

describe("what is not known is never taken for good", () => {
  it.each(UNKNOWN)("%s", (_, name, facts) => {
    expect(check(name, facts)?.state).toBe("unknown");
  });
});

describe("what is at central or on its way", () => {
  it("is ready once central holds it, receipt or not: nothing is lost with the bus", () => {
    const found = check("records", { unsaid: { onTablet: 0, onHub: 0, atCentral: 2 } });
    expect(found).toMatchObject({ state: "good", words: "2 fiches au serveur (accusés attendus)" });
  });

  it("is told by place when it is not there", () => {
    const found = check("records", { unsaid: { onTablet: 1, onHub: 3, atCentral: 0 } });
    expect(found?.words).toBe("3 fiches sur le boîtier, 1 sur la tablette");
  });

  it("names the node that was reached last", () => {
    const lastSync = { at_ms: NOW - 6 * 60_000, node: "hub" } as const;
    expect(check("sync", { lastSync })?.words).toBe("Il y a 6 min, avec le boîtier");
  });
});

describe("a team without a hub, or a browser that asks nobody", () => {
  it("has no line about it", () => {
    expect(check("hub", { hubAccess: null })).toBeUndefined();
  });

  it("has nothing to ask while the hub answers", () => {
    expect(check("hub", { hubAccess: "prompt", atHub: true })?.state).toBe("good");
  });

  it("can be asked from the line, only where it was not", () => {
    expect(check("hub", { hubAccess: "prompt" })?.asks).toBe(true);
    expect(check("hub", { hubAccess: "denied" })?.asks).toBeUndefined();
  });
});
