/** Delayed sections whose time has come: somebody is brought back, wherever they are, and asked again if they put it off. */
import { SvelteMap } from "svelte/reactivity";
import { descendants, type Group, isQuestion } from "$lib/forms/form";
import { delayedGroups } from "$lib/forms/timing";
import type { Capture } from "./capture.svelte";

/** How long « Plus tard » holds, in ms. */
const PUT_OFF_MS = 60_000;

/** What one screen of a form says of them. */
export class Recalls {
  /** Until when each group was put off, on the page's monotonic clock. */
  readonly #putOff = new SvelteMap<string, number>();
  readonly #due: Group | undefined = $derived.by(() =>
    delayedGroups(this.capture.form).find((group) => this.#isDue(group)),
  );

  /** `here`: the linkId of the section whose questions are on screen; empty where none is. */
  constructor(
    private readonly capture: Capture,
    private readonly here: () => string,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** The group to go back to now: open, not begun, not on screen, and not put off less than a minute ago. */
  get due(): Group | undefined {
    return this.#due;
  }

  /** « Plus tard »: said again after a minute. */
  putOff({ linkId }: Group): void {
    this.#putOff.set(linkId, this.monotonic() + PUT_OFF_MS);
  }

  /** Watches the time by the second, where the form waits for anything; answers how to stop. */
  watch(): () => void {
    if (delayedGroups(this.capture.form).length === 0) return () => undefined;
    const ticking = setInterval(() => this.capture.tick(), 1000);
    return () => clearInterval(ticking);
  }

  #isDue(group: Group): boolean {
    // Read first: it is what says that a second has passed.
    const open = this.capture.delay(group).kind === "open";
    return (
      open &&
      group.section !== this.here() &&
      this.capture.isAsked(group.linkId) &&
      !this.#isBegun(group) &&
      (this.#putOff.get(group.linkId) ?? -Infinity) <= this.monotonic()
    );
  }

  #isBegun(group: Group): boolean {
    return descendants(group).some(
      (item) => isQuestion(item) && !item.readOnly && this.capture.answer(item.linkId) !== undefined,
    );
  }
}
