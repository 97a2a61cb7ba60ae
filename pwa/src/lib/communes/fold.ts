/** Names of places as they are searched: folded as all names are, and `St` is `Saint`. */
import { foldName } from "../names/fold";

/** `name` in lower-case words separated by one space. */
export function fold(name: string): string {
  return foldName(name).replace(/\bste?(?= )/g, (short) => (short === "st" ? "saint" : "sainte"));
}

/** A folded name without its leading article, `Los Masos` and `Aux Marais` included; an article alone is a beginning. */
export function withoutArticle(folded: string): string {
  return folded.replace(/^(?:les?|la|l|los|aux) (?=.)/, "");
}
