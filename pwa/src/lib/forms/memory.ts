/**
 * What expressions last yielded, and on which answers: a keystroke changes one answer, and few expressions read it.
 *
 * It belongs to one form being filled, and goes with it: nothing of a person outlives their capture.
 */
import { type Answer, isCoding, isPhoto, isQuantity, type Value } from "./answers";

type Read = readonly (Answer | undefined)[];

interface Remembered {
  readonly read: Read;
  readonly yielded: readonly unknown[];
}

/** The last result of each expression of a form. */
export class ExpressionMemory {
  readonly #last = new Map<string, Remembered>();
  /** What expressions know besides answers; when it changes, all is forgotten. */
  #surroundings: readonly unknown[] = [];

  /** What `expression` yields on the answers that it `read`s: as the last time when they are the same, else by `run`. */
  yielded(
    expression: string,
    read: Read,
    surroundings: readonly unknown[],
    run: () => readonly unknown[],
  ): readonly unknown[] {
    if (surroundings.some((each, i) => each !== this.#surroundings[i])) {
      this.#last.clear();
      this.#surroundings = surroundings;
    }
    const last = this.#last.get(expression);
    if (last?.read.every((answer, i) => readsAlike(answer, read[i])) === true) return last.yielded;
    const yielded = run();
    this.#last.set(expression, { read, yielded });
    return yielded;
  }
}

/** Whether an expression sees no difference: who answered, and when, it cannot read. */
function readsAlike(one: Answer | undefined, other: Answer | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (one.kind === "absent" || other.kind === "absent") {
    return one.kind === other.kind && "reason" in one && "reason" in other && one.reason === other.reason;
  }
  const { values } = other;
  return one.values.length === values.length && one.values.every((value, i) => isSame(value, values[i]));
}

function isSame(one: Value, other: Value | undefined): boolean {
  if (one === other) return true;
  if (isQuantity(one)) {
    return (
      isQuantity(other) && one.value === other.value && one.code === other.code && one.unit === other.unit
    );
  }
  if (isCoding(one) && !isPhoto(one)) {
    return (
      isCoding(other) &&
      one.code === other.code &&
      one.system === other.system &&
      one.display === other.display
    );
  }
  return false;
}
