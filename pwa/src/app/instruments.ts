/** The instruments of a stop: the forms that a capture may begin with, the one chosen last that day first. */
import { words } from "$components/form/wording";
import type { Roster, RosterForm } from "$lib/central/roster";
import type { Store } from "$lib/store/database";
import { readSetting, writeSetting } from "$lib/store/settings";
import type { Desk } from "./desk.svelte";
import { FormMissing, type LoadedForm } from "./form";

const SETTING = "instruments-of-the-day";

/** An instrument that is on this tablet. */
export interface Instrument extends LoadedForm {
  readonly title: string;
}

/** What of the stop's forms is here, and how many are still to come. */
export interface Instruments {
  /** Those a record begins with, in the order in which they are offered. */
  readonly records: readonly Instrument[];
  /** Those about an act, offered once its record is signed. */
  readonly acts: readonly Instrument[];
  /** Never a record: a kiosk's. */
  readonly anonymous: readonly Instrument[];
  readonly missing: readonly RosterForm[];
}

interface ChosenToday {
  readonly date: string;
  /** Url of the form by member. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** The instruments of `roster`'s stop. */
export async function instrumentsOf(desk: Desk, roster: Roster): Promise<Instruments> {
  const { store } = desk.station.environment;
  const last = await chosenToday(store, desk.station.today, desk.slot.member);
  const found = await Promise.all(roster.forms.map((listed) => loaded(desk, listed)));
  // A roster names what a record begins with: what is said besides is published beside it.
  const others = await Promise.all((await beside(desk)).map((listed) => loaded(desk, listed)));
  const isHere = (each: Instrument | RosterForm): each is Instrument => "form" in each;
  const here = [
    ...found.filter(isHere),
    ...others.filter(isHere).filter(({ form }) => form.use !== "record"),
  ];
  for (const { form, reference, title } of here) {
    if (form.use === "act") desk.besides.set(reference.url, title);
  }
  const used = (use: Instrument["form"]["use"]): readonly Instrument[] =>
    here.filter(({ form }) => form.use === use);
  return {
    records: lastFirst(used("record"), last),
    acts: used("act"),
    anonymous: used("anonymous"),
    missing: found.filter((each): each is RosterForm => !("form" in each)),
  };
}

/** `instruments` with the one of `last` first; the others keep the campaign's order. */
export function lastFirst(instruments: readonly Instrument[], last: string | null): readonly Instrument[] {
  const isLast = ({ reference }: Instrument): boolean => reference.url === last;
  return [...instruments.filter(isLast), ...instruments.filter((each) => !isLast(each))];
}

/** Remember for the rest of `today` that `member` chose the form `url`. */
export async function rememberInstrument(
  store: Store,
  today: string,
  member: string,
  url: string,
): Promise<void> {
  const { date, chosen } = await readSetting(store, SETTING, read);
  const kept = date === today ? chosen : {};
  if (kept[member] !== url) {
    await writeSetting(store, SETTING, { date: today, chosen: { ...kept, [member]: url } });
  }
}

/** Url of the form that `member` chose last on `today`, or `null`. */
export async function chosenToday(store: Store, today: string, member: string): Promise<string | null> {
  const { date, chosen } = await readSetting(store, SETTING, read);
  return date === today ? (chosen[member] ?? null) : null;
}

/** Published forms that no roster names. */
async function beside(desk: Desk): Promise<readonly RosterForm[]> {
  const { central } = await desk.station.holdings();
  const named = new Set(desk.rosters.flatMap(({ forms }) => forms.map(({ url }) => url)));
  return (await central.latestForms())
    .filter(({ url }) => !named.has(url))
    .map((version) => ({ ...version, title: null }))
    .sort((one, other) => one.url.localeCompare(other.url));
}

async function loaded(desk: Desk, listed: RosterForm): Promise<Instrument | RosterForm> {
  try {
    const { form, reference } = await desk.form(listed.url, listed.version);
    return { form, reference, title: listed.title ?? words(form.title) };
  } catch (error) {
    if (error instanceof FormMissing) return listed; // it comes by replication
    throw error;
  }
}

function read(value: unknown): ChosenToday {
  const { date, chosen } = (typeof value === "object" && value !== null ? value : {}) as Partial<ChosenToday>;
  return { date: date ?? "", chosen: chosen ?? {} };
}
