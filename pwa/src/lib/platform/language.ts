/** The language that the tablet speaks, kept with the tablet whoever holds it: French unless somebody chose English. */
import { ownStorage } from "./kept";

/** As `lang` is written on a page. */
export type TabletLanguage = "fr" | "en";

const KEY = "escale.language";

/** The language of this tablet. */
export function readLanguage(storage: Pick<Storage, "getItem"> | undefined = ownStorage()): TabletLanguage {
  return storage?.getItem(KEY) === "en" ? "en" : "fr";
}

/** Keep `language` when the browser keeps anything; what is on screen is not redrawn. */
export function keepLanguage(
  language: TabletLanguage,
  storage: Pick<Storage, "setItem" | "removeItem"> | undefined = ownStorage(),
): void {
  if (language === "fr") storage?.removeItem(KEY);
  else storage?.setItem(KEY, language);
}
