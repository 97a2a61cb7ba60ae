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

const VOWEL = /^[aeiouœæ]/;
/** Said with a consonant in front: Yanis, Yasmine, Ouassim. Yves and Ysaline are said with a vowel. */
const GLIDE = /^(?:y[aeiou]|ou[ai])/;

/**
 * Whether « de » loses its vowel before `word`: « Pause d’Alex », « d’Élise », « de Yanis ».
 *
 * No spelling tells a mute h (Hélène) from an aspirated one (Hamza), and « de » is right enough before both.
 */
export function elides(word: string): boolean {
  const letters = word.trim().normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return (VOWEL.test(letters) || /^y[^aeiou\W]/.test(letters)) && !GLIDE.test(letters);
}

/** `items` in one sentence: `a, b et c`. */
export function enumerate(items: readonly string[], and: string): string {
  const last = items.at(-1);
  if (last === undefined) return "";
  return items.length === 1 ? last : `${items.slice(0, -1).join(", ")} ${and} ${last}`;
}
