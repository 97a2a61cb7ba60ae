/** Names of places as they are searched: folded as all names are, and `St` is `Saint`. */
import { foldName } from "../names/fold";

/** `name` in lower-case words separated by one space. */
export function fold(name: string): string {
  return foldName(name).replace(/\bste?(?= )/g, (short) => (short === "st" ? "saint" : "sainte"));
}
