/** A delayed section whose time has come is said wherever one is, and said again. */
import { render } from "svelte/server";
import { beforeAll, expect, test } from "vitest";
import { Capture } from "$components/form/capture.svelte";
import FormReview from "$components/form/FormReview.svelte";
import FormView from "$components/form/FormView.svelte";
import { Recalls } from "$components/form/recalls.svelte";
import { loadEvaluator } from "$lib/forms/evaluate";
import type { Group } from "$lib/forms/form";
import type { FlatAnswers } from "./flat";
import { chosen, form, later, props } from "./instruments-host";

const learned: FlatAnswers = { "words.learned": chosen("three") };
const view = (section: string, seconds: number): string =>
  render(FormView, { props: props(learned, { section, ...later(seconds) }) }).body;

beforeAll(async () => void (await loadEvaluator()));

test("brings one back when its time has come, wherever one is, and also before signing", () => {
  expect(view("walk", 179)).not.toContain("data-recall");
  expect(view("walk", 180)).toContain('data-recall="recall"');
  expect(view("recall", 180)).not.toContain("data-recall");
  const review = (seconds: number): string =>
    render(FormReview, { props: props(learned, { onjump: () => undefined, ...later(seconds) }) }).body;
  expect(review(179)).not.toContain("data-recall");
  expect(review(180)).toContain('data-recall="recall"');
});

test("is said again a minute after it was put off, until it is answered", () => {
  let monotonic = 0;
  let answers = learned;
  const capture = new Capture(() => props(answers, later(180)));
  const recalls = new Recalls(
    capture,
    () => "walk",
    () => monotonic,
  );
  const due = (): string | undefined => {
    capture.tick();
    return recalls.due?.linkId;
  };
  expect(due()).toBe("recall");
  recalls.putOff(form.items.get("recall") as Group);
  expect(due()).toBeUndefined();
  monotonic = 59_999;
  expect(due()).toBeUndefined();
  monotonic = 60_000;
  expect(due()).toBe("recall");
  answers = { ...learned, "recall.words": { absent: "asked-declined" } };
  expect(new Recalls(new Capture(() => props(answers, later(180))), () => "walk").due).toBeUndefined();
});
