/**
 * How the screen is lit, kept with the tablet whoever holds it: `sun` for full sunlight, more contrast and thicker
 * lines. It is no setting of a person and nothing clinical, so it is read at once, before any database opens.
 */

import { ownStorage } from "./kept";

/** `null` is the usual display. */
export type Theme = "sun" | null;

const KEY = "escale.theme";

/** The theme of this tablet; the usual one where the browser keeps nothing. */
export function readTheme(storage: Pick<Storage, "getItem"> | undefined = ownStorage()): Theme {
  return storage?.getItem(KEY) === "sun" ? "sun" : null;
}

/** Light `root` so, and keep it when the browser keeps anything. */
export function applyTheme(
  theme: Theme,
  root: HTMLElement = document.documentElement,
  storage: Pick<Storage, "setItem" | "removeItem"> | undefined = ownStorage(),
): void {
  if (theme === null) {
    delete root.dataset.theme;
    storage?.removeItem(KEY);
  } else {
    root.dataset.theme = theme;
    storage?.setItem(KEY, theme);
  }
}
