/** What every control of a question is given by the frame around it. */
import type { Question } from "$lib/forms/form";

/** The ids tie the control to its label, its help and what is wrong with it. */
export interface ControlProps {
  readonly question: Question;
  readonly id: string;
  readonly labelledby: string;
  readonly describedby: string | undefined;
  readonly invalid: boolean;
  /** The person types: errors wait until they are done. */
  readonly ontyping: (typing: boolean) => void;
  /** In plain words, for the person rather than the professional. */
  readonly plain?: boolean;
}

/** The drawing of a question's control, by what the form says of it. */
export type Drawn =
  | "photo"
  | "tiles"
  | "drop-down"
  | "search"
  | "texts"
  | "slider"
  | "stopwatch"
  | "body-side"
  | "spirometer-file"
  | "typed";

/** Which control `question` is drawn with. */
export function drawnAs({ type, control, lookup, repeats }: Question): Drawn {
  if (type === "attachment") return "photo";
  if (type === "boolean") return "tiles";
  if (type === "choice") {
    if (lookup !== undefined || control === "autocomplete") return "search";
    return control === "drop-down" || control === "body-side" ? control : "tiles";
  }
  if (control === "slider" || control === "stopwatch" || control === "spirometer-file") return control;
  return repeats ? "texts" : "typed";
}

/** Whether the control is a group of its own, named by the label rather than tied to it as one field is. */
export function isGroup(question: Question): boolean {
  return ["photo", "tiles", "body-side", "spirometer-file"].includes(drawnAs(question));
}

/** From how many characters a two-way choice no longer stands beside its question. */
const SHORT = 16;

/** Whether the question is answered by one of two short words: drawn in one line where there is room. */
export function isTwoWay(question: Question): boolean {
  if (question.repeats || drawnAs(question) !== "tiles") return false;
  if (question.type === "boolean") return true;
  return question.options.length === 2 && question.options.every(({ label }) => label.fr.length < SHORT);
}
