import { expect, test } from "vitest";
import type { SyncState } from "$lib/sync/machine";
import { statusLine, type SignedCounts } from "$lib/sync/status.svelte";

const at = new Date(2026, 10, 23, 9, 42).getTime();
const idle: SyncState = {
  phase: "idle",
  reason: null,
  node: "central",
  reached: { central: at, hub: null },
};
const nowhere = { onTablet: 0, onHub: 0, atCentral: 0 };
const none: SignedCounts = {
  places: nowhere,
  toCorrect: 0,
  blocked: 0,
  total: 0,
  updates: 0,
  photos: 0,
  blockedUpdates: 0,
  denied: 0,
  deniedPhotos: 0,
  satisfaction: 0,
};
const line = (state: SyncState, counts: Partial<SignedCounts> = {}): string =>
  statusLine(state, { ...none, ...counts }, "2026-11-23").text;

test("records without a receipt are told with where they are, and when the server was reached", () => {
  expect(line(idle, { places: { ...nowhere, onTablet: 2 }, total: 5 })).toBe(
    "2 fiches sur la tablette — serveur joint à 09:42",
  );
});

test("everything is said to be received only when each record has its receipt", () => {
  expect(line(idle, { total: 5 })).toBe("Tout est reçu — serveur joint à 09:42");
});

test("a tablet that sealed nothing does not boast of having everything received", () => {
  expect(line(idle)).toBe("Aucune fiche en attente — serveur joint à 09:42");
});

test("without network the waiting records and the last synchronisation are still told", () => {
  const offline = { ...idle, phase: "offline" as const };
  expect(line(offline, { places: { ...nowhere, onTablet: 1 }, total: 1 })).toBe(
    "1 fiche sur la tablette — hors réseau, serveur joint à 09:42",
  );
});

test("whose turn it is comes first", () => {
  expect(line(idle, { toCorrect: 1, blocked: 2, places: { ...nowhere, onTablet: 1 }, total: 9 })).toBe(
    "1 fiche à corriger par vous, 2 fiches bloquées (l’assistance s’en occupe), 1 fiche sur la tablette — serveur joint à 09:42",
  );
});

test("what waits beside records is said when no record waits, and never passes for received", () => {
  expect(line(idle, { updates: 2, total: 5 })).toBe("2 mises à jour en attente — serveur joint à 09:42");
  expect(line(idle, { updates: 1, photos: 1 })).toBe(
    "1 mise à jour en attente, 1 photo en attente — serveur joint à 09:42",
  );
  expect(line(idle, { places: { ...nowhere, onTablet: 1 }, updates: 2, photos: 3 })).toBe(
    "1 fiche sur la tablette — serveur joint à 09:42",
  );
  expect(statusLine(idle, { ...none, photos: 1, total: 5 }, "2026-11-23")).toMatchObject({
    tone: "waiting",
    icon: "clock",
  });
});

test("an envelope that a node would not write is told, not dropped", () => {
  expect(line(idle, { total: 1, denied: 1 })).toContain("1 fiche refusée par le serveur (gardée ici)");
  expect(line(idle, { total: 1, deniedPhotos: 2 })).toContain(
    "2 photos refusées par le serveur (gardées ici)",
  );
});

test("a synchronisation of another day is told with its day", () => {
  const yesterday = {
    ...idle,
    reached: { central: new Date(2026, 10, 22, 18, 5).getTime(), hub: null },
  };
  expect(line(yesterday, { total: 1 })).toBe("Tout est reçu — serveur joint le 22/11/2026 à 18:05");
});

test("a tablet that never synchronised says so", () => {
  expect(line({ phase: "offline", reason: null, node: null, reached: { central: null, hub: null } })).toBe(
    "Aucune fiche en attente — hors réseau, jamais synchronisée",
  );
});

test("a revoked tablet says whom to call", () => {
  const refused: SyncState = { ...idle, phase: "refused", reason: "device-revoked" };
  expect(line(refused)).toContain("tablette révoquée (appelez la coordination)");
});

test("trouble is marked by an icon as well as by its tone", () => {
  expect(statusLine(idle, { ...none, blocked: 1, total: 1 }, "2026-11-23")).toMatchObject({
    tone: "attention",
    icon: "alert",
  });
});

test("records are told by place, the hub first, and each node with the time it was reached", () => {
  const reached = { central: new Date(2026, 10, 23, 8, 15).getTime(), hub: at };
  const onHub: SyncState = { ...idle, node: "hub", reached };
  const counts = { places: { onTablet: 1, onHub: 3, atCentral: 0 }, total: 9 };
  expect(line(onHub, counts)).toBe(
    "3 fiches sur le boîtier, 1 sur la tablette — boîtier joint à 09:42, serveur joint à 08:15",
  );
  const { parts } = statusLine(onHub, { ...none, ...counts }, "2026-11-23");
  expect(parts.map(({ icon }) => icon)).toEqual(["hub", "tablet", null]);
});

test("what central holds without having said so is not received", () => {
  expect(line(idle, { places: { ...nowhere, atCentral: 2 }, total: 2 })).toBe(
    "2 fiches au serveur (accusés attendus) — serveur joint à 09:42",
  );
});

test("a hub that does not know the tablet is not taken for the server", () => {
  const refused: SyncState = { ...idle, phase: "refused", reason: "device-unknown", node: "hub" };
  expect(line(refused)).toContain("tablette refusée par le boîtier (synchronisez d’abord avec le serveur)");
});

test("a hub that the browser may not call is told from a network that is not there", () => {
  const offline: SyncState = { ...idle, phase: "offline", node: null };
  expect(statusLine(offline, none, "2026-11-23", true).text).toBe(
    "Aucune fiche en attente — hors réseau (boîtier refusé dans le navigateur), serveur joint à 09:42",
  );
});

test("anonymous answers are counted apart, beside what is recorded", () => {
  expect(line(idle, { satisfaction: 2, places: { ...nowhere, onTablet: 1 }, total: 1 })).toBe(
    "1 fiche sur la tablette, 2 avis anonymes en attente — serveur joint à 09:42",
  );
  expect(line(idle, { satisfaction: 1, total: 1 })).toBe("1 avis anonyme en attente — serveur joint à 09:42");
});
