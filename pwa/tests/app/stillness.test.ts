import { expect, it } from "vitest";
import { HandClock, HandTimers } from "../store/fresh";
import { Stillness } from "../../src/app/stillness";

function watched(): { timers: HandTimers; stillness: Stillness; count: () => number } {
  const timers = new HandTimers(new HandClock());
  let count = 0;
  const stillness = new Stillness(timers, 60_000, () => (count += 1));
  return { timers, stillness, count: () => count };
}

it("tells once that nobody touched the screen, a while after the last touch", () => {
  const { timers, stillness, count } = watched();
  stillness.watch();
  timers.advance(59);
  stillness.touch();
  timers.advance(59);
  expect(count()).toBe(0);
  timers.advance(1);
  expect(count()).toBe(1);
  timers.advance(600);
  expect(count()).toBe(1);
});

it("tells nothing before it watches, whatever is touched, nor once it was told to stop", () => {
  const { timers, stillness, count } = watched();
  stillness.touch();
  timers.advance(600);
  stillness.watch();
  stillness.stop();
  stillness.touch();
  timers.advance(600);
  expect(count()).toBe(0);
});
