/**
 * What a passphrase must be: the equivalents that the CNIL accepts for 80 bits (délibération 2022-100), as rules.
 *
 * Twelve characters of the four classes (lower case, upper case, digits, others), or fourteen of three, or seven
 * words. Rules rather than computed bits: 12 × log2(99) is 79.6, and accepted.
 */

/** Why a passphrase is refused. */
export type PassphraseDefect = "too-short" | "too-few-classes" | "repeats" | "contains-name";

/** How far a passphrase being typed has come, for a screen that shows the rules live. */
export interface PassphraseStrength {
  readonly length: number;
  readonly classes: number;
  readonly words: number;
  readonly defect: PassphraseDefect | null;
}

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}\s]/u];
const WORDS_NEEDED = 7;
const SHORTEST = 12;
const SHORTEST_OF_THREE_CLASSES = 14;

/** `typed` in one Unicode form (NFKC), so that the same keys pressed on another keyboard are the same passphrase. */
export function normalizePassphrase(typed: string): string {
  return typed.normalize("NFKC").trim().replace(/\s+/g, " ");
}

/** Measure `typed`. `names` are the member's own: a passphrase made of one is refused. */
export function passphraseStrength(typed: string, names: readonly string[] = []): PassphraseStrength {
  const passphrase = normalizePassphrase(typed);
  const length = [...passphrase].length;
  const classes = CLASSES.filter((each) => each.test(passphrase)).length;
  const words = distinctWords(passphrase);
  return { length, classes, words, defect: defectOf(passphrase, { length, classes, words }, names) };
}

function defectOf(
  passphrase: string,
  { length, classes, words }: { length: number; classes: number; words: number },
  names: readonly string[],
): PassphraseDefect | null {
  const lower = passphrase.toLowerCase();
  const own = names.flatMap((name) => name.toLowerCase().split(/[\s.]+/)).filter((name) => name.length >= 4);
  if (words < WORDS_NEEDED) {
    if (length < SHORTEST) return "too-short";
    if (classes < 4 && !(classes === 3 && length >= SHORTEST_OF_THREE_CLASSES)) {
      return classes === 3 ? "too-short" : "too-few-classes";
    }
  }
  if (new Set(lower).size < 6) return "repeats";
  return own.some((name) => lower.includes(name) && length - name.length < SHORTEST) ? "contains-name" : null;
}

/** Words of at least two letters, each counted once: a word said seven times is one word. */
function distinctWords(passphrase: string): number {
  return new Set((passphrase.toLowerCase().match(/\p{L}{2,}/gu) ?? []).values()).size;
}
