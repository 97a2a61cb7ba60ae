/** The roster of a stop: where, when, and who is expected (wire §4.1). Sealed to the team. */
import { openSealed, type CentralDocument, type TeamKeysById } from "./document";
import { CentralError } from "./errors";
import { boolean, list, members, nullable, number, text } from "./json";

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

/** A stop with its expected people and the form it is captured with. */
export interface Roster {
  readonly stop: Stop;
  readonly form: { readonly url: string; readonly version: string };
  readonly team_title: string;
  readonly expected: readonly Expected[];
}

/** The roster in a verified `document` of type `roster`. */
export async function openRoster(document: CentralDocument, keys: TeamKeysById): Promise<Roster> {
  if (document.sealed === null) throw new CentralError("malformed");
  const roster = members(await openSealed(document.sealed, keys));
  const form = members(roster["form"]);
  return {
    stop: readStop(members(roster["stop"])),
    form: { url: text(form["url"]), version: text(form["version"]) },
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
  };
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
