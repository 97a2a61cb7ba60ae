/** Which service an opinion is about, when the campaign offers one only: nobody need find it among others. */
import services from "../../../forms/data/services.json";

/** The question that asks it. */
export const ABOUT = "satisfaction.about";

const CODES: Readonly<Record<string, string>> = services;

/** The code of the only service of a campaign with the forms `urls`; `null` of several, or of none. */
export function onlyService(urls: readonly string[]): string | null {
  const found = new Set(urls.flatMap((url) => CODES[url.slice(url.lastIndexOf("/") + 1)] ?? []));
  const [service = null] = found;
  return found.size === 1 ? service : null;
}
