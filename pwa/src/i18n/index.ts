/**
 * The catalogue of what the tablet says: French first, English beside with the same keys.
 *
 * One JSON file an area and a language (`fr/capture.json`), flat keys; a sentence is named `<area>.<key>` and its
 * parameters are written `{name}`; « de {name} » becomes « d’Alex » by itself. A plural is two keys, `<key>.one` and
 * `<key>.other`. French is bundled, since it is what a tablet in the field speaks; English is fetched when asked for.
 */
import app from "./fr/app.json";
import capture from "./fr/capture.json";
import closing from "./fr/closing.json";
import day from "./fr/day.json";
import enrolment from "./fr/enrolment.json";
import form from "./fr/form.json";
import invitation from "./fr/invitation.json";
import kit from "./fr/kit.json";
import people from "./fr/people.json";
import photo from "./fr/photo.json";
import ready from "./fr/ready.json";
import record from "./fr/record.json";
import remote from "./fr/remote.json";
import satisfaction from "./fr/satisfaction.json";
import stand from "./fr/stand.json";
import sync from "./fr/sync.json";
import vault from "./fr/vault.json";
import { elides } from "./typography";

const french = {
  app,
  capture,
  closing,
  day,
  enrolment,
  form,
  invitation,
  kit,
  people,
  photo,
  ready,
  record,
  remote,
  satisfaction,
  stand,
  sync,
  vault,
};

type French = typeof french;
type Area = keyof French;
type KeyOf<A extends Area> = `${A}.${keyof French[A] & string}`;

/** Every sentence of the French catalogue, as `<area>.<key>`. */
export type MessageKey = { [A in Area]: KeyOf<A> }[Area];
/** A key that exists in the singular (`.one`) and in the plural (`.other`). */
export type PluralKey = MessageKey extends infer K ? (K extends `${infer Base}.one` ? Base : never) : never;
/** What is put in place of `{name}` in a sentence. */
export type Parameters = Readonly<Record<string, string | number>>;
/** A language of the catalogue. */
export type Language = "fr" | "en";

type Sentences = ReadonlyMap<string, string>;

function flatten(areas: Readonly<Record<string, Readonly<Record<string, string>>>>): Sentences {
  return new Map(
    Object.entries(areas).flatMap(([area, sentences]) =>
      Object.entries(sentences).map(([key, sentence]) => [`${area}.${key}`, sentence] as const),
    ),
  );
}

let spoken: Language = "fr";
let sentences: Sentences = flatten(french);

async function english(): Promise<Sentences> {
  const files = import.meta.glob<Record<string, string>>("./en/*.json", { import: "default" });
  const areas = await Promise.all(
    Object.entries(files).map(async ([path, read]) => [path.slice(5, -5), await read()] as const),
  );
  return flatten(Object.fromEntries(areas));
}

/** Speak `language` from now on. Called before the first screen is drawn: what is on screen is not redrawn. */
export async function speak(language: Language): Promise<void> {
  sentences = language === "fr" ? flatten(french) : await english();
  spoken = language;
}

/** The language in use: `fr` unless {@link speak} chose otherwise. */
export function language(): Language {
  return spoken;
}

/** Where a parameter goes, with the « de » before it: French elides it, whatever the name that is put in. */
const PLACE = /((?<!\p{L})[Dd]e )?\{(\w+)\}/gu;

function sentence(key: string, parameters: Parameters): string {
  const text = sentences.get(key) ?? key;
  return text.replace(PLACE, (whole, of: string | undefined, name: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    if (typeof value === "number") return `${of ?? ""}${formatNumber(value)}`;
    return of !== undefined && spoken === "fr" && elides(value)
      ? `${of[0] ?? ""}’${value}`
      : `${of ?? ""}${value}`;
  });
}

/** The sentence `key`, its `{parameters}` filled in; numbers are written as the language writes them. */
export function t(key: MessageKey, parameters: Parameters = {}): string {
  return sentence(key, parameters);
}

/** The singular or plural of `key` for `count`, which the sentence may use as `{count}`. */
export function plural(key: PluralKey, count: number, parameters: Parameters = {}): string {
  const form = new Intl.PluralRules(spoken).select(count) === "one" ? "one" : "other";
  return sentence(`${key}.${form}`, { count, ...parameters });
}

/** From what on digits are grouped by threes: not in a year. */
const GROUPED_FROM = 10_000;

/**
 * A number as the language writes it: `12 345,5` and `1980` in French, `−2,1` with the minus sign. At most `decimals`
 * places, at least `least`.
 */
export function formatNumber(value: number, decimals = 6, least = 0): string {
  const places = {
    maximumFractionDigits: decimals,
    minimumFractionDigits: least,
    useGrouping: Math.abs(value) >= GROUPED_FROM,
  };
  return new Intl.NumberFormat(spoken, places).format(value).replace("-", "\u2212");
}

/**
 * A civil date (`YYYY-MM-DD`) as it is read: `03/04/1958`, or `3 avril 1958` when `style` is `long`.
 *
 * No time zone takes part, and the calendar is the one on paper whatever the year. What is not a date is given back.
 */
export function formatDate(iso: string, style: "short" | "long" = "short"): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!parts) return iso;
  const date = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
  const shape: Intl.DateTimeFormatOptions =
    style === "long"
      ? { day: "numeric", month: "long", year: "numeric" }
      : { day: "2-digit", month: "2-digit", year: "numeric" };
  return new Intl.DateTimeFormat(spoken === "fr" ? "fr-FR" : "en-GB", { ...shape, timeZone: "UTC" }).format(
    date,
  );
}

/** The hour and minute of an instant (RFC 3339 or a `Date`) on this tablet's wall clock: `09:42`. */
export function formatTime(instant: string | Date, withSeconds = false): string {
  const shape: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (withSeconds) shape.second = "2-digit";
  return new Intl.DateTimeFormat(spoken === "fr" ? "fr-FR" : "en-GB", shape).format(new Date(instant));
}
