/**
 * An entry as it is sealed: a list of its values, without names of members, which 6,000 entries would repeat.
 *
 * What is parsed at each unlock is half as long, and the tablet has the index sooner.
 */
import type { SearchEntry } from "./entry";

/** The values of an entry, in the order of {@link fromRow}. */
export type Row = readonly (string | null)[];

const MEMBERS = [
  "envelope",
  "record",
  "replaces",
  "visit",
  "stop",
  "date",
  "signed_at",
  "member",
  "name",
  "folded",
  "birth_date",
] as const satisfies readonly (keyof SearchEntry)[];

/** The row of `entry`. */
export function toRow(entry: SearchEntry): Row {
  return MEMBERS.map((member) => entry[member]);
}

/** The entry of a row that {@link toRow} made; it came out of a seal of ours, under this version. */
export function fromRow(row: Row): SearchEntry {
  const [envelope, record, replaces, visit, stop, date, signed_at, member, name, folded, birth_date] = row;
  return {
    envelope,
    record,
    replaces,
    visit,
    stop,
    date,
    signed_at,
    member,
    name,
    folded,
    birth_date,
  } as SearchEntry;
}
