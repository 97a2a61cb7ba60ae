/**
 * « Prêt à partir » : what a tablet must have before it leaves coverage, line by line. What is not known is said to be
 * unknown, never taken for good.
 */
import { formatNumber, formatTime, plural, t } from "$i18n/index";
import type { HubAccess } from "$lib/platform/local-network";
import type { StorageVerdict } from "$lib/platform/storage";
import { placeWords } from "$lib/record/places";
import type { Places } from "$lib/record/states";
import type { NodeKind } from "$lib/store/schema";

/** Beyond this a clock is set right before leaving: it dates records. */
export const CLOCK_TOLERANCE_MS = 120_000;
/** A last synchronisation older than this is not this morning's. */
export const SYNC_AGE_MS = 12 * 3_600_000;
/** A day's charge, without a plug in the bus. */
export const BATTERY_NEEDED = 0.6;

/** What the battery says of itself. `level` from 0 to 1. */
export interface BatteryReading {
  readonly level: number;
  readonly charging: boolean;
}

/** A member on duty and their access on this tablet. */
export interface DutyAccess {
  readonly name: string;
  readonly state: "confirmed" | "pending" | "none";
  /** Whether their key ring is here. */
  readonly keyring: boolean;
}

/** What was looked at. `null` is "not known", as when the tablet is locked. */
export interface ReadinessFacts {
  readonly now_ms: number;
  /** Of today's rosters. */
  readonly day: {
    readonly stops: number;
    readonly people: number;
    /** `title version` of forms that today's stops need and this tablet lacks. */
    readonly formsMissing: readonly string[];
    readonly forms: readonly string[];
  } | null;
  readonly clock_offset_ms: number | null;
  readonly storage: StorageVerdict | null;
  readonly battery: BatteryReading | null;
  readonly version: string;
  /** `null` where nothing looks for new versions. */
  readonly newVersion: boolean | null;
  /** Whether the application starts without network; `null` where the browser keeps nothing. */
  readonly keptOffline: boolean | null;
  /** When a node was last level with this tablet, and which. */
  readonly lastSync: { readonly at_ms: number; readonly node: NodeKind } | null;
  /** Records that central has not said it has, by where they are. */
  readonly unsaid: Places;
  /** Notices that are on the tablet or on a hub only. */
  readonly updates: number;
  /** What the browser says of calling the team's hub; `null` where there is no hub or nothing to allow. */
  readonly hubAccess: HubAccess | null;
  /** Whether a hub answers now. */
  readonly atHub: boolean;
  /** The day's members when the roster is readable and names them, else the whole team's. */
  readonly accesses: readonly DutyAccess[];
  /** Whether `accesses` are those of the members on duty today. */
  readonly onDuty: boolean;
}

/** One line: in words, and what to do when it is not good. */
export interface Check {
  readonly name:
    | "roster"
    | "forms"
    | "clock"
    | "storage"
    | "battery"
    | "version"
    | "offline"
    | "sync"
    | "records"
    | "hub"
    | "accesses"
    | "keyring";
  readonly state: "good" | "todo" | "unknown";
  readonly words: string;
  readonly action: string | null;
  /** The browser can be made to ask for it here. */
  readonly asks?: boolean;
}

/** Every line, in the order in which one sees to them. */
export function checksOf(facts: ReadinessFacts): readonly Check[] {
  return [
    sync(facts),
    records(facts),
    ...hub(facts),
    roster(facts),
    forms(facts),
    offline(facts),
    accesses(facts),
    keyring(facts),
    clock(facts),
    storage(facts),
    battery(facts),
    version(facts),
  ];
}

const good = (name: Check["name"], words: string): Check => ({ name, state: "good", words, action: null });
const todo = (name: Check["name"], words: string, action: string): Check => ({
  name,
  state: "todo",
  words,
  action,
});
const unknown = (name: Check["name"], words: string, action: string | null = null): Check => ({
  name,
  state: "unknown",
  words,
  action,
});

function sync({ lastSync, now_ms }: ReadinessFacts): Check {
  if (lastSync === null) return todo("sync", t("ready.sync_never"), t("ready.sync_action"));
  const age_ms = Math.max(0, now_ms - lastSync.at_ms);
  const hours = Math.floor(age_ms / 3_600_000);
  const minutes = Math.floor(age_ms / 60_000);
  const age = hours >= 1 ? plural("ready.sync_hours", hours) : plural("ready.sync_minutes", minutes);
  const words = t(`ready.sync_with_${lastSync.node}`, { age });
  return age_ms > SYNC_AGE_MS ? todo("sync", words, t("ready.sync_action")) : good("sync", words);
}

/** What is only on the tablet or the hub is lost with them: central does not have it. */
function records({ unsaid, updates, atHub }: ReadinessFacts): Check {
  const said = [
    ...placeWords(unsaid).map(({ text }) => text),
    ...(updates > 0 ? [plural("sync.waiting_updates", updates)] : []),
  ].join(", ");
  if (unsaid.onTablet + unsaid.onHub + updates === 0) return good("records", said || t("ready.records_none"));
  const onHub = atHub && unsaid.onTablet === 0;
  return todo("records", said, onHub ? t("ready.records_hub_action") : t("ready.sync_action"));
}

/** A browser asks once before it lets the application call the hub: here, never in the field. */
function hub({ hubAccess, atHub }: ReadinessFacts): readonly Check[] {
  // Where the tablet and the hub are both of the local network the browser asks nobody.
  if (hubAccess === "prompt" && atHub) return [good("hub", t("ready.hub_answers"))];
  switch (hubAccess) {
    case null:
      return [];
    case "granted":
      return [good("hub", t("ready.hub_granted"))];
    case "prompt":
      return [{ ...todo("hub", t("ready.hub_prompt"), t("ready.hub_prompt_action")), asks: true }];
    case "denied":
      return [todo("hub", t("ready.hub_denied"), t("ready.hub_denied_action"))];
  }
}

function roster({ day }: ReadinessFacts): Check {
  if (day === null) return unknown("roster", t("ready.locked"), t("ready.locked_action"));
  if (day.stops === 0) return todo("roster", t("ready.roster_none"), t("ready.roster_action"));
  return good(
    "roster",
    `${plural("ready.roster_stops", day.stops)}, ${plural("ready.roster_people", day.people)}`,
  );
}

function forms({ day }: ReadinessFacts): Check {
  if (day === null) return unknown("forms", t("ready.locked"), t("ready.locked_action"));
  if (day.stops === 0) return unknown("forms", t("ready.forms_no_stop"));
  if (day.formsMissing.length > 0) {
    return todo(
      "forms",
      t("ready.forms_missing", { names: day.formsMissing.join(", ") }),
      t("ready.sync_action"),
    );
  }
  return good("forms", day.forms.join(", "));
}

function offline({ keptOffline }: ReadinessFacts): Check {
  if (keptOffline === null) return unknown("offline", t("ready.offline_unknown"));
  return keptOffline
    ? good("offline", t("ready.offline"))
    : todo("offline", t("ready.offline_not"), t("ready.offline_action"));
}

function accesses({ accesses: all, onDuty }: ReadinessFacts): Check {
  const named = (state: DutyAccess["state"]): string =>
    all
      .filter((each) => each.state === state)
      .map(({ name }) => name)
      .join(", ");
  const [none, pending] = [named("none"), named("pending")];
  if (!onDuty)
    return unknown("accesses", t("ready.accesses_team", { names: named("confirmed") || t("ready.nobody") }));
  if (none !== "")
    return todo("accesses", t("ready.accesses_none", { names: none }), t("ready.accesses_action"));
  if (pending !== "")
    return todo("accesses", t("ready.accesses_pending", { names: pending }), t("ready.pending_action"));
  return good("accesses", named("confirmed"));
}

function keyring({ accesses: all }: ReadinessFacts): Check {
  const made = all.filter(({ state }) => state !== "none");
  const lacking = made.filter(({ keyring: held }) => !held).map(({ name }) => name);
  if (made.length === 0) return unknown("keyring", t("ready.keyring_none"));
  if (lacking.length > 0) {
    return todo("keyring", t("ready.keyring_missing", { names: lacking.join(", ") }), t("ready.sync_action"));
  }
  return good("keyring", plural("ready.keyring", made.length));
}

function clock({ clock_offset_ms }: ReadinessFacts): Check {
  if (clock_offset_ms === null) return unknown("clock", t("ready.clock_unknown"), t("ready.sync_action"));
  const seconds = Math.round(Math.abs(clock_offset_ms) / 1000);
  if (Math.abs(clock_offset_ms) < CLOCK_TOLERANCE_MS) return good("clock", plural("ready.clock", seconds));
  const minutes = Math.round(seconds / 60);
  const words =
    clock_offset_ms > 0 ? plural("ready.clock_late", minutes) : plural("ready.clock_early", minutes);
  return todo("clock", words, t("ready.clock_action"));
}

function storage({ storage: verdict }: ReadinessFacts): Check {
  if (verdict === null) return unknown("storage", t("ready.storage_unknown"));
  const { freeBytes } = verdict;
  const room = freeBytes === null ? null : formatNumber(freeBytes / 1024 ** 3, 1);
  if (verdict.kind === "not-persistent")
    return todo("storage", t("ready.storage_no"), t("ready.storage_action"));
  if (verdict.kind === "no-room") {
    return todo("storage", t("ready.storage_room", { gigabytes: room ?? "" }), t("ready.room_action"));
  }
  return room === null
    ? unknown("storage", t("ready.storage_no_estimate"))
    : good("storage", t("ready.storage", { gigabytes: room }));
}

function battery({ battery: reading }: ReadinessFacts): Check {
  if (reading === null) return unknown("battery", t("ready.battery_unknown"), t("ready.battery_look"));
  const percent = Math.round(reading.level * 100);
  const words = t(reading.charging ? "ready.battery_charging" : "ready.battery", { percent });
  return reading.level < BATTERY_NEEDED && !reading.charging
    ? todo("battery", words, t("ready.battery_action"))
    : good("battery", words);
}

function version({ version: running, newVersion }: ReadinessFacts): Check {
  if (newVersion === null) return unknown("version", t("ready.version_unknown", { version: running }));
  return newVersion
    ? todo("version", t("ready.version_waits", { version: running }), t("ready.version_action"))
    : good("version", t("ready.version", { version: running }));
}

/** When the line was looked at, for the screen. */
export function lookedAt(now_ms: number): string {
  return t("ready.looked_at", { time: formatTime(new Date(now_ms)) });
}
