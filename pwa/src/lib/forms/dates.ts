/** Civil dates as `YYYY-MM-DD` strings: no clock and no time zone takes part. */

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whether `text` is a full date that exists in the calendar. */
export function isCivilDate(text: string): boolean {
  const parts = ISO.exec(text);
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `YYYY-MM-DD` of a year, month and day; null when there is no such day. */
export function civilDate(year: number, month: number, day: number): string | null {
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const iso = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return isCivilDate(iso) ? iso : null;
}

/** The day after `iso`. */
export function dayAfter(iso: string): string {
  return shifted(iso, 1);
}

/** The day before `iso`. */
export function dayBefore(iso: string): string {
  return shifted(iso, -1);
}

function shifted(iso: string, days: number): string {
  const date = new Date(`${iso}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Days from `from` to `to`, negative when it is the later one. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000;
}

/** Years completed from `birth` to `on`: a 29 February birthday falls on 1 March in other years. */
export function completedYears(birth: string, on: string): number {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5) < birth.slice(5) ? years - 1 : years;
}
