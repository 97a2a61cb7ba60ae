/** What is typed in the search field, read as words of a name and parts of a birth date. */
import { foldName } from "../names/fold";
import type { Searched } from "./haystack";

/** A query ready to meet entries. Every part must match. */
export interface Query {
  /** Each preceded by a space, as it is looked for: ` mar` begins a word of ` durand martin`. */
  readonly words: readonly string[];
  /** Each as digits of the day, month and year that it fixes. */
  readonly dates: readonly DatePattern[];
}

interface DatePattern {
  readonly day?: string;
  readonly month?: string;
  readonly year?: string;
}

const TWO = (digits: string): string => digits.padStart(2, "0");

/** Read `typed`: names in any order, `12/03/1958`, `12/03`, `03/1958`, `1958`, `12031958`, `1958-03-12`. */
export function parseQuery(typed: string): Query {
  const words: string[] = [];
  const dates: DatePattern[] = [];
  for (const token of typed.trim().split(/\s+/)) {
    const date = parseDate(token);
    if (date !== null) dates.push(date);
    else words.push(...(foldName(token).match(/[^ ]+/g) ?? []).map((word) => ` ${word}`));
  }
  return { words, dates };
}

/** The longest text that an entry found by the query has in it, as `haystack.ts` writes entries; empty for no query. */
export function longestPart({ words, dates }: Query): string {
  const parts = [...words, ...dates.map(datePart)];
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}

/** Whether every word typed begins a word of the `folded` names, each its own, and every date agrees. */
export function matches({ words, dates }: Query, { folded, birth_date }: Searched): boolean {
  return (
    words.every((word) => folded.includes(word)) &&
    dates.every((date) => agrees(date, birth_date)) &&
    (words.length < 2 || eachBegins(words, folded.trim().split(" ")))
  );
}

/** Two typed words need two words of the name: `ma ma` is not found by `Martin` alone. */
function eachBegins(words: readonly string[], left: string[]): boolean {
  // The longest first: `marie` must not be left without its word by `ma`.
  for (const word of [...words].sort((one, other) => other.length - one.length)) {
    const found = left.findIndex((name) => name.startsWith(word.slice(1)));
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return true;
}

function agrees({ day, month, year }: DatePattern, birth_date: string | null): boolean {
  if (birth_date === null) return false;
  return (
    (year === undefined || birth_date.startsWith(year)) &&
    (month === undefined || birth_date.startsWith(month, 5)) &&
    (day === undefined || birth_date.startsWith(day, 8))
  );
}

/** What a birth date that agrees has in it: what is fixed lies together in `YYYY-MM-DD`. */
function datePart({ day = "", month, year = "" }: DatePattern): string {
  return month === undefined ? `${year}-` : `${year}-${month}-${day}`;
}

function parseDate(token: string): DatePattern | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(token);
  if (iso) return { year: iso[1] ?? "", month: TWO(iso[2] ?? ""), day: TWO(iso[3] ?? "") };
  const full = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(token) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(token);
  if (full) return { day: TWO(full[1] ?? ""), month: TWO(full[2] ?? ""), year: full[3] ?? "" };
  const monthYear = /^(\d{1,2})[/.-](\d{4})$/.exec(token);
  if (monthYear) return { month: TWO(monthYear[1] ?? ""), year: monthYear[2] ?? "" };
  const dayMonth = /^(\d{1,2})[/.-](\d{1,2})$/.exec(token);
  if (dayMonth) return { day: TWO(dayMonth[1] ?? ""), month: TWO(dayMonth[2] ?? "") };
  return /^\d{4}$/.test(token) ? { year: token } : null;
}
