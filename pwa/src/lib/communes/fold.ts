/** Names of places as they are searched: no case, no accent, no hyphen; `St` is `Saint`. */

/** `name` in lower-case words separated by one space. */
export function fold(name: string): string {
  return name
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim()
    .replace(/\bste?(?= )/g, (short) => (short === "st" ? "saint" : "sainte"));
}
