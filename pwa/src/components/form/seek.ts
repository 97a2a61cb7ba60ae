/** Going to a question: what hides it opens first. */
import { tick } from "svelte";

const SOUGHT = "escale-sought";

/** An attachment: calls `open` when a question inside the element is gone to. */
export function whenSought(open: () => void): (element: HTMLElement) => () => void {
  return (element) => {
    element.addEventListener(SOUGHT, open);
    return () => element.removeEventListener(SOUGHT, open);
  };
}

/** Brings the question `linkId` of the section on screen before the eyes, and gives it the focus. */
export async function seek(linkId: string): Promise<void> {
  const frame = document.getElementById(`question-${linkId}`);
  if (frame === null) return;
  frame.dispatchEvent(new Event(SOUGHT, { bubbles: true }));
  await tick();
  frame.scrollIntoView({ block: "center" });
  (frame.querySelector<HTMLElement>("input, textarea, select, button") ?? frame).focus({
    preventScroll: true,
  });
}
