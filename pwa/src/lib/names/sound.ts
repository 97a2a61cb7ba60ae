/**
 * How a French name sounds, roughly: enough to bring `Faure` beside `Phaure`, `Lefèvre` beside `Lefebvre` and `Martin`
 * beside `Martins` for a warning that a person reads. It decides nothing by itself; central's own phonetics do more.
 */
import { foldName } from "./fold";

/** Spellings and the sound they share, in the order in which they are replaced. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/[^a-z]/g, ""],
  [/w/g, "v"],
  [/ph/g, "f"],
  [/sch|sh|ch/g, "1"], // a sound of its own: no letter that a later rule touches
  [/gn/g, "2"],
  [/bv/g, "v"],
  [/h/g, ""],
  [/ck|qu|q/g, "k"],
  [/c(?=[eiy])/g, "s"],
  [/c/g, "k"],
  [/g(?=[eiy])/g, "j"],
  [/gu(?=[ei])/g, "g"],
  [/z/g, "s"],
  [/x/g, "s"],
  [/y/g, "i"],
  [/(.)\1+/g, "$1"],
  [/eau|au/g, "o"],
  [/oeu/g, "e"],
  [/ai|ei/g, "e"],
  [/[ae][nm](?![aeiou])/g, "3"],
  [/[iou][nm](?![aeiou])|i3/g, "4"],
  [/[stdp]+$/g, ""],
  [/e[rz]?$/g, ""],
  [/[stdp]+$/g, ""],
  [/(.)\1+/g, "$1"],
];

/** The sound of `name`; empty when it has no letter. Names that fold alike sound alike. */
export function soundOf(name: string): string {
  const soft = foldName(name.replaceAll("ç", "s").replaceAll("Ç", "S"));
  return SOUNDS.reduce((heard, [spelling, sound]) => heard.replace(spelling, sound), soft);
}
