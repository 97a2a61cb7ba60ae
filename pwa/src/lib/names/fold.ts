/** Names as they are compared and found: no case, no accent, no ligature, no hyphen. One folding for the whole tablet. */

/** `text` in lower-case words without accents, ligatures, hyphens or apostrophes, separated by one space. */
export function foldName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}
