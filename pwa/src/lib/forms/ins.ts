/** The characters of INS traits: normalisation and refusal (`docs/forms.md`, Text rules; SEL-MP-043 v05.00.01). */

/** Why a name is refused; the first that applies. */
export type InsRefusal = "empty" | "length" | "character" | "start" | "doubled" | "end";

/** Which trait: a given name is stricter about hyphens and its last character. */
export type InsTrait = "ins-name" | "ins-first-name";

const MAX_LENGTH = 100;
const LIGATURES: Readonly<Record<string, string>> = { Œ: "OE", œ: "OE", Æ: "AE", æ: "AE" };

/** `typed` as INS writes it: upper case, no diacritic, ligatures expanded, straight apostrophe. Nothing is stripped. */
export function normaliseInsName(typed: string): string {
  return typed
    .trim()
    .replace(/[ŒœÆæ]/g, (ligature) => LIGATURES[ligature] ?? ligature)
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toUpperCase()
    .replaceAll("’", "'");
}

/** Why the normalised `name` is no INS trait; null when it is one. */
export function refuseInsName(name: string, trait: InsTrait): InsRefusal | null {
  const given = trait === "ins-first-name";
  if (name === "") return "empty";
  if (name.length > MAX_LENGTH) return "length";
  if (!/^[A-Z '-]+$/.test(name)) return "character";
  if (/^[ -]/.test(name)) return "start";
  if (/ {2}|''/.test(name) || (given && name.includes("--"))) return "doubled";
  if (given && /['-]$/.test(name)) return "end";
  return null;
}
