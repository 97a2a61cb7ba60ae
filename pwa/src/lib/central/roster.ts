/** The roster of a stop: where, when, and who is expected (wire §4.1). Sealed to the team. */
import { openSealed, type CentralDocument, type TeamKeysById } from "./document";
import { CentralError } from "./errors";
import { boolean, list, members, nullable, number, text, type Members } from "./json";

/** One place, one day, one team on duty. */
export interface Stop {
  readonly id: string;
  readonly campaign: string;
  readonly campaign_title: string;
  readonly name: string;
  /** INSEE code. */
  readonly commune: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** `YYYY-MM-DD`; `opens` and `closes` are `HH:MM`. */
  readonly date: string;
  readonly opens: string;
  readonly closes: string;
  readonly on_duty: readonly OnDuty[];
  readonly cancelled: boolean;
  readonly slots: readonly RosterSlot[];
  /** Code of the prevention stand's theme of the month; `null`, or absent from drafts of before themes, when there is none. */
  readonly theme?: string | null;
  /** The sheet of labels of the stop; `null`, or absent, when none was printed. */
  readonly labels?: LabelSheet | null;
}

/** Labels that people wear: each names a visit (wire §4.1). */
export interface LabelSheet {
  /** 16 bytes, base64url. */
  readonly seed: string;
  /** Labels are numbered from 1 to this. */
  readonly count: number;
}

/** A member of the team on duty at a stop. */
export interface OnDuty {
  readonly member: string;
  readonly name: string;
  readonly profession: string;
}

/** A time at which somebody may be booked; some are kept for emergencies. */
export interface RosterSlot {
  readonly id: string;
  /** `HH:MM` */
  readonly starts: string;
  readonly minutes: number;
  readonly emergency: boolean;
}

/** One expected person, as booked: to be checked with them, never taken for their identity. */
export interface Expected {
  readonly id: string;
  readonly time: string | null;
  readonly birth_name: string | null;
  readonly first_name: string | null;
  readonly birth_date: string | null;
  readonly sex: string | null;
  readonly commune: string | null;
  readonly booking: string | null;
  /** The slot that was booked. */
  readonly slot: string | null;
  readonly phone: string | null;
  /** Key of the person that central believes it to be (wire §4.2). */
  readonly person: string | null;
  readonly cancelled: boolean;
}

/** A form that a capture may begin with. */
export interface RosterForm {
  readonly url: string;
  readonly version: string;
  /** As central wrote it; `null` from a central that offers one form only and does not name it. */
  readonly title: string | null;
}

/** The campaign's values of settings (`escale:setting`), by form url and linkId. */
export type Settings = Readonly<Record<string, Readonly<Record<string, number | boolean | string>>>>;

/** A stop with its expected people and the forms it is captured with. */
export interface Roster {
  readonly stop: Stop;
  /** The first of {@link forms}. */
  readonly form: { readonly url: string; readonly version: string };
  /** Every form that a capture may begin with here: one at least. */
  readonly forms: readonly RosterForm[];
  readonly settings: Settings;
  readonly team_title: string;
  readonly expected: readonly Expected[];
}

/** The roster in a verified `document` of type `roster`. */
export async function openRoster(document: CentralDocument, keys: TeamKeysById): Promise<Roster> {
  if (document.sealed === null) throw new CentralError("malformed");
  const roster = members(await openSealed(document.sealed, keys));
  const first = readForm(roster["form"]);
  const forms = list(roster["forms"] ?? [], readForm);
  return {
    stop: readStop(members(roster["stop"])),
    form: { url: first.url, version: first.version },
    forms: forms.length === 0 ? [first] : forms,
    settings: readSettings(members(roster["settings"] ?? {})),
    team_title: text(roster["team_title"]),
    expected: list(roster["expected"], readExpected),
  };
}

function readStop(stop: Readonly<Record<string, unknown>>): Stop {
  return {
    id: text(stop["id"]),
    campaign: text(stop["campaign"]),
    campaign_title: text(stop["campaign_title"]),
    name: text(stop["name"]),
    commune: text(stop["commune"]),
    latitude: nullable(stop["latitude"], number),
    longitude: nullable(stop["longitude"], number),
    date: text(stop["date"]),
    opens: text(stop["opens"]),
    closes: text(stop["closes"]),
    on_duty: list(stop["on_duty"] ?? [], readOnDuty),
    cancelled: nullable(stop["cancelled"], boolean) ?? false,
    slots: list(stop["slots"] ?? [], readSlot),
    theme: nullable(stop["theme"], text),
    labels: nullable(stop["labels"], readLabels),
  };
}

function readForm(value: unknown): RosterForm {
  const form = members(value);
  return { url: text(form["url"]), version: text(form["version"]), title: nullable(form["title"], text) };
}

function readSettings(settings: Members): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([url, values]) => [
      url,
      Object.fromEntries(
        Object.entries(members(values)).map(([linkId, value]) => [linkId, readSetting(value)]),
      ),
    ]),
  );
}

function readSetting(value: unknown): number | boolean | string {
  if (typeof value === "string" || typeof value === "boolean") return value;
  return number(value);
}

function readLabels(value: unknown): LabelSheet {
  const labels = members(value);
  return { seed: text(labels["seed"]), count: number(labels["count"]) };
}

function readOnDuty(value: unknown): OnDuty {
  const hand = members(value);
  return { member: text(hand["member"]), name: text(hand["name"]), profession: text(hand["profession"]) };
}

function readSlot(value: unknown): RosterSlot {
  const slot = members(value);
  return {
    id: text(slot["id"]),
    starts: text(slot["starts"]),
    minutes: number(slot["minutes"]),
    emergency: nullable(slot["emergency"], boolean) ?? false,
  };
}

function readExpected(value: unknown): Expected {
  const person = members(value);
  return {
    id: text(person["id"]),
    time: nullable(person["time"], text),
    birth_name: nullable(person["birth_name"], text),
    first_name: nullable(person["first_name"], text),
    birth_date: nullable(person["birth_date"], text),
    sex: nullable(person["sex"], text),
    commune: nullable(person["commune"], text),
    booking: nullable(person["booking"], text),
    slot: nullable(person["slot"], text),
    phone: nullable(person["phone"], text),
    person: nullable(person["person"], text),
    cancelled: nullable(person["cancelled"], boolean) ?? false,
  };
}
