/** Looking at what `readiness.ts` judges: the replica, the browser, the accesses. Nothing is asked of the network. */
import type { Roster } from "$lib/central/roster";
import { placesOf } from "$lib/record/states";
import type { Station } from "./station.svelte";
import type { Tablet } from "./tablet.svelte";
import type { BatteryReading, DutyAccess, ReadinessFacts } from "./readiness";
import { VERSION } from "./version";

/** What is known now. Locked, what is sealed to the team is not. */
export async function readinessFacts(
  tablet: Tablet,
  station: Station,
  page: Window & typeof globalThis,
): Promise<ReadinessFacts> {
  const rosters = todays(station);
  const duty = new Set((rosters ?? []).flatMap(({ stop }) => stop.on_duty.map(({ member }) => member)));
  return {
    now_ms: station.environment.clock().getTime(),
    day: rosters === null ? null : await dayOf(station, rosters),
    clock_offset_ms: station.clockOffset,
    storage: await tablet.examineStorage(),
    battery: await batteryOf(page),
    version: VERSION,
    newVersion: tablet.watchesVersions ? tablet.newVersion : null,
    keptOffline: tablet.keptOffline,
    lastSync: lastSyncOf(station),
    unsaid: placesOf(station.own.filter(({ row }) => row.kind === "record")),
    updates: updatesOf(station),
    atHub: station.status.state?.node === "hub",
    hubAccess: await station.hubAccess(),
    accesses: await accessesOf(station, duty),
    onDuty: duty.size > 0,
  };
}

function lastSyncOf({ status }: Station): ReadinessFacts["lastSync"] {
  const { central = null, hub = null } = status.state?.reached ?? {};
  if (hub !== null && hub > (central ?? 0)) return { at_ms: hub, node: "hub" };
  return central === null ? null : { at_ms: central, node: "central" };
}

/** Notices that neither central nor its receipts say to be there; photos go by themselves, and are told elsewhere. */
function updatesOf({ own }: Station): number {
  const notices = own.filter(({ row }) => row.kind !== "record" && row.photo === null);
  const { onTablet, onHub } = placesOf(notices);
  return onTablet + onHub;
}

function todays(station: Station): readonly Roster[] | null {
  if (station.desk === null) return null;
  return station.desk.rosters.filter(({ stop }) => stop.date === station.today && !stop.cancelled);
}

async function dayOf(station: Station, rosters: readonly Roster[]): Promise<ReadinessFacts["day"]> {
  const { central } = await station.holdings();
  const wanted = new Map(rosters.map(({ form }) => [`${form.url}|${form.version}`, form]));
  const forms: string[] = [];
  const formsMissing: string[] = [];
  for (const { url, version } of wanted.values()) {
    const name = `${url.split("/").at(-1) ?? url} ${version}`;
    ((await central.form(url, version)) === null ? formsMissing : forms).push(name);
  }
  const people = rosters.flatMap(({ expected }) => expected.filter(({ cancelled }) => !cancelled));
  return { stops: rosters.length, people: people.length, forms, formsMissing };
}

async function accessesOf(station: Station, duty: ReadonlySet<string>): Promise<readonly DutyAccess[]> {
  const { access } = station;
  const { central } = await station.holdings();
  const members = access.members.filter(({ id }) => duty.size === 0 || duty.has(id));
  return Promise.all(
    members.map(async ({ id, name }): Promise<DutyAccess> => {
      const slot = access.slotOf(id);
      if (slot === null) return { name, state: "none", keyring: false };
      const state = slot.state === "confirmed" ? "confirmed" : "pending";
      return { name, state, keyring: await central.hasKeyring(slot.slot) };
    }),
  );
}

interface BatteryManager {
  readonly level: number;
  readonly charging: boolean;
}

async function batteryOf({ navigator }: Window): Promise<BatteryReading | null> {
  // Chromium alone has it; what others do not tell is said to be unknown.
  const { getBattery } = navigator as { getBattery?: () => Promise<BatteryManager> };
  try {
    const battery = await getBattery?.call(navigator);
    return battery === undefined ? null : { level: battery.level, charging: battery.charging };
  } catch {
    return null;
  }
}
