/**
 * Where one is in the application: a stack of places in memory.
 *
 * Addresses name nothing: an address ends in histories, logs and screenshots. The browser's own history holds depths
 * only, so that the back button of the tablet goes back one place.
 */
import type { AfterSeal } from "./attendance";
import type { Person } from "./people";

/** A place of the application, once a slot is open. */
export type Place =
  | { readonly name: "home" }
  | { readonly name: "capture"; readonly draft: string }
  | {
      readonly name: "sealed";
      readonly envelope: string;
      readonly person: Person | null;
      readonly after: AfterSeal;
    }
  | { readonly name: "record"; readonly envelope: string }
  /** What the team knows of somebody; from a draft, to read only. */
  | { readonly name: "person"; readonly person: string; readonly from?: "capture" }
  /** To whom a record written for the wrong person goes. */
  | { readonly name: "wrong-person"; readonly envelope: string }
  /** The link by which a remote doctor answers about a visit. */
  | { readonly name: "remote-link"; readonly visit: string; readonly stop: string }
  | { readonly name: "ready" }
  | { readonly name: "cosign" | "closing" | "label"; readonly stop: string }
  | { readonly name: "about" };

const HOME: Place = { name: "home" };

/** The stack of places, home first. */
export class Navigation {
  #stack = $state.raw<readonly Place[]>([HOME]);
  /** The browser goes back in its own time: until it is there, what a quick hand opens is not what it leaves. */
  #returning = false;
  readonly #history: History;

  constructor(page: Window) {
    this.#history = page.history;
    this.#history.replaceState({ depth: 1 }, "");
    page.addEventListener("popstate", (event) => this.#return(event.state));
  }

  /** The place shown. */
  get place(): Place {
    return this.#stack.at(-1) ?? HOME;
  }

  /** Go to `place`; back returns here. */
  open(place: Place): void {
    this.#stack = [...this.#stack, place];
    if (!this.#returning) this.#history.pushState({ depth: this.#stack.length }, "");
  }

  /** Put `place` instead of this one: back does not return to a draft that is sealed. */
  replace(place: Place): void {
    this.#stack = [...this.#stack.slice(0, -1), place];
  }

  /** Go back one place. */
  back(): void {
    if (this.#stack.length <= 1) return;
    if (this.#returning) this.#stack = this.#stack.slice(0, -1);
    else this.#history.back();
  }

  /** Home, forgetting the way: after a seal, a lock, a change of member. */
  reset(): void {
    const above = this.#stack.length - 1;
    if (above === 0) return;
    this.#stack = [HOME];
    if (this.#returning) return;
    this.#returning = true;
    this.#history.go(-above);
  }

  #return(state: unknown): void {
    if (this.#returning) {
      this.#returning = false;
      for (let depth = 2; depth <= this.#stack.length; depth += 1) this.#history.pushState({ depth }, "");
      return;
    }
    const depth = (state as { depth?: unknown } | null)?.depth;
    const length = typeof depth === "number" ? Math.max(1, depth) : 1;
    if (length < this.#stack.length) this.#stack = this.#stack.slice(0, length);
  }
}
