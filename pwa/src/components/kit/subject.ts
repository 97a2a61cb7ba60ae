/** Of whom a screen speaks: its dialogs, which cover it, say it again. */
import { getContext, setContext } from "svelte";

const SUBJECT = Symbol("subject");

/** The dialogs of this component and of those below speak of `read()`; an empty text says nothing. */
export function setSubject(read: () => string): void {
  setContext(SUBJECT, read);
}

/** Of whom this screen speaks; empty when it speaks of nobody. */
export function getSubject(): () => string {
  return getContext<(() => string) | undefined>(SUBJECT) ?? (() => "");
}
