import { expect, test } from "vitest";
import { Navigation } from "../../src/app/navigation.svelte";

/** A page whose history keeps states only, as a browser's does, and tells `popstate`. */
class Page extends EventTarget {
  readonly urls: (string | undefined)[] = [];
  readonly states: unknown[] = [null];
  #at = 0;

  readonly history = {
    replaceState: (state: unknown, _title: string, url?: string) => {
      this.urls.push(url);
      this.states[this.#at] = state;
    },
    pushState: (state: unknown, _title: string, url?: string) => {
      this.urls.push(url);
      this.#at += 1;
      this.states.splice(this.#at, Infinity, state);
    },
    back: () => this.#travel(-1),
    go: (by: number) => this.#travel(by),
  };
  #slow: number[] | null = null;

  /** From now on the browser travels when {@link arrive} says so, as a busy one does. */
  slow(): void {
    this.#slow = [];
  }

  arrive(): void {
    for (const by of this.#slow?.splice(0) ?? []) this.go(by);
  }

  #travel(by: number): void {
    if (this.#slow === null) this.go(by);
    else this.#slow.push(by);
  }

  go(by: number): void {
    this.#at = Math.max(0, this.#at + by);
    const event = Object.assign(new Event("popstate"), { state: this.states[this.#at] });
    this.dispatchEvent(event);
  }
}

function open(): { page: Page; navigation: Navigation } {
  const page = new Page();
  return { page, navigation: new Navigation(page as unknown as Window) };
}

test("one starts at home", () => {
  expect(open().navigation.place).toEqual({ name: "home" });
});

test("back returns to the place before, by the application or by the tablet's button", () => {
  const { page, navigation } = open();
  navigation.open({ name: "record", envelope: "e1" });
  navigation.open({ name: "about" });
  navigation.back();
  expect(navigation.place).toEqual({ name: "record", envelope: "e1" });
  page.go(-1);
  expect(navigation.place).toEqual({ name: "home" });
});

test("back does not return to a draft that a sealed record replaced", () => {
  const { navigation } = open();
  navigation.open({ name: "capture", draft: "d1" });
  navigation.replace({ name: "sealed", envelope: "e1", person: null, after: "done" });
  navigation.back();
  expect(navigation.place).toEqual({ name: "home" });
});

test("a reset forgets the way, and forward finds nothing to show", () => {
  const { page, navigation } = open();
  navigation.open({ name: "capture", draft: "d1" });
  navigation.reset();
  page.go(1);
  expect(navigation.place).toEqual({ name: "home" });
});

test("a quick hand after a reset stays where it went, and back leads home", () => {
  const { page, navigation } = open();
  navigation.open({ name: "capture", draft: "d1" });
  page.slow();
  navigation.reset();
  navigation.open({ name: "label", stop: "s1" });
  navigation.open({ name: "about" });
  page.arrive();
  expect(navigation.place).toEqual({ name: "about" });
  navigation.back();
  page.arrive();
  expect(navigation.place).toEqual({ name: "label", stop: "s1" });
  navigation.back();
  page.arrive();
  expect(navigation.place).toEqual({ name: "home" });
});

test("a quick hand may turn back before the browser is home", () => {
  const { page, navigation } = open();
  navigation.open({ name: "capture", draft: "d1" });
  page.slow();
  navigation.reset();
  navigation.open({ name: "label", stop: "s1" });
  navigation.back();
  expect(navigation.place).toEqual({ name: "home" });
  navigation.open({ name: "about" });
  navigation.reset();
  page.arrive();
  expect(navigation.place).toEqual({ name: "home" });
  navigation.open({ name: "label", stop: "s2" });
  page.arrive();
  expect(navigation.place).toEqual({ name: "label", stop: "s2" });
});

test("no address ever names a place", () => {
  const { page, navigation } = open();
  navigation.open({ name: "record", envelope: "e1" });
  navigation.reset();
  expect(page.urls.every((url) => url === undefined)).toBe(true);
  expect(JSON.stringify(page.states)).not.toContain("e1");
});
