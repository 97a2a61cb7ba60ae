import { expect, test } from "vitest";
import { Versions } from "$lib/platform/versions";

class Worker extends EventTarget {
  state = "installing";
  readonly messages: unknown[] = [];

  postMessage(message: unknown): void {
    this.messages.push(message);
  }

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

/** The browser's side of a registration: a container, and workers that come and wait. */
class Container extends EventTarget {
  controller: object | null = {};
  readonly registration = Object.assign(new EventTarget(), {
    active: null as Worker | null,
    waiting: null as Worker | null,
    installing: null as Worker | null,
    update: () => Promise.resolve(),
  });

  register(): Promise<unknown> {
    return Promise.resolve(this.registration);
  }

  install(): Worker {
    const worker = new Worker();
    this.registration.installing = worker;
    this.registration.dispatchEvent(new Event("updatefound"));
    this.registration.waiting = worker;
    worker.become("installed");
    return worker;
  }
}

async function registered(container: Container): Promise<{ versions: Versions; told: string[] }> {
  const told: string[] = [];
  const versions = new Versions({ ready: () => told.push("ready"), replaced: () => told.push("replaced") });
  await versions.register(container as unknown as ServiceWorkerContainer, "/tablette/sw.js", "/tablette/");
  return { versions, told };
}

test("a new version that is complete is told, and waits", async () => {
  const container = new Container();
  const { told } = await registered(container);
  const worker = container.install();
  expect(told).toEqual(["ready"]);
  expect(worker.messages).toEqual([]);
});

test("an application that did not come whole is not stored; registered again, it is", async () => {
  const container = new Container();
  const versions = new Versions({ ready: () => undefined, replaced: () => undefined });
  const register = (): Promise<boolean> =>
    versions.register(container as unknown as ServiceWorkerContainer, "/tablette/sw.js", "/tablette/");
  const interrupted = new Worker();
  container.registration.installing = interrupted;
  const first = register();
  interrupted.become("redundant");
  expect(await first).toBe(false);
  const worker = new Worker();
  container.registration.installing = worker;
  const second = register();
  worker.become("installed");
  expect(await second).toBe(true);
});

test("the first version of all is no news", async () => {
  const container = new Container();
  container.controller = null;
  const { told } = await registered(container);
  container.install();
  container.dispatchEvent(new Event("controllerchange"));
  expect(told).toEqual([]);
});

test("a version is put in place when asked, and the page is then told to load again", async () => {
  const container = new Container();
  const { versions, told } = await registered(container);
  const worker = container.install();
  versions.apply();
  expect(worker.messages).toEqual([{ type: "SKIP_WAITING" }]);
  container.dispatchEvent(new Event("controllerchange"));
  expect(told).toEqual(["ready", "replaced"]);
});
