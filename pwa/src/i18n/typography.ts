/** French typography: the spaces and the apostrophe a typed sentence lacks (Imprimerie nationale, § Ponctuation). */

const NARROW = "\u202f";
const WIDE = "\u00a0";

/**
 * `text` with U+202F before `; ! ?`, U+00A0 before `:` and inside « », and the curly apostrophe.
 *
 * Only existing ordinary spaces are changed, so a time (`09:42`) or an address (`urn:x`) is left alone.
 */
export function frenchTypography(text: string): string {
  return text
    .replace(/[ \u00a0]([;!?])/g, `${NARROW}$1`)
    .replace(/[ \u202f]:/g, `${WIDE}:`)
    .replace(/«[ \u202f]/g, `«${WIDE}`)
    .replace(/[ \u202f]»/g, `${WIDE}»`)
    .replace(/(\p{L})'/gu, "$1’");
}

/** `items` in one sentence: `a, b et c`. */
export function enumerate(items: readonly string[], and: string): string {
  const last = items.at(-1);
  if (last === undefined) return "";
  return items.length === 1 ? last : `${items.slice(0, -1).join(", ")} ${and} ${last}`;
}
