import { describe, expect, it, vi } from "vitest";
import { AUTHOR, published } from "../forms/flat";
import type { Expected } from "$lib/central/roster";
import { valuesOf, type Answers } from "$lib/forms";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { booked, prefill } from "../../src/app/prefill";

vi.mock("$lib/communes", () => ({ loadCommunes: () => Promise.resolve(new Map()) }));

const FORM = parseQuestionnaire(JSON.parse(published("medicobus-consultation.v1.1.0.json")) as object);
const LATER = { by: AUTHOR.by, at: new Date(Date.parse(AUTHOR.at) + 60_000).toISOString() };

function expected(booking: string | null): Expected {
  const nothing = { birth_name: null, first_name: null, birth_date: null, sex: null, commune: null };
  return {
    id: "v",
    time: "09:20",
    ...nothing,
    booking,
    slot: null,
    phone: null,
    person: null,
    cancelled: false,
  };
}

const begun = (who: Expected | null): Promise<Answers> =>
  prefill(FORM, {
    expected: who,
    roster: { settings: {}, stop: { theme: null } },
    summary: null,
    author: AUTHOR,
  });

const bookingIn = (answers: Answers): unknown[] =>
  valuesOf(answers["visit.booking"]).map((value) => (value as { code?: string }).code);

describe("how the visit was booked", () => {
  it("is known of a walk-in, answered by whoever began", async () => {
    const answers = await begun(null);
    expect(bookingIn(answers)).toEqual(["sans_rdv"]);
    expect(answers["visit.booking"]).toMatchObject(AUTHOR);
  });

  it("is what the roster says of somebody expected, and asked when it says nothing", async () => {
    expect(bookingIn(await begun(expected("telephone")))).toEqual(["telephone"]);
    expect(bookingIn(await begun(expected(null)))).toEqual([]);
  });

  it("follows the roster once a walk-in turns out to be expected, unless somebody answered since", async () => {
    const walkIn = await begun(null);
    const as = (answers: Answers, booking: string | null): unknown[] =>
      bookingIn(booked(FORM, answers, expected(booking), { author: LATER, begun: AUTHOR.at }));
    expect(as(walkIn, "telephone")).toEqual(["telephone"]);
    expect(as(walkIn, null)).toEqual([]);
    const answered = { ...walkIn, "visit.booking": { ...walkIn["visit.booking"], ...LATER } } as Answers;
    expect(as(answered, "telephone")).toEqual(["sans_rdv"]);
  });
});
