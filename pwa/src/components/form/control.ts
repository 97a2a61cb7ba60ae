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
}
