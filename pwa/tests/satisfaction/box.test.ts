import { beforeEach, describe, expect, it } from "vitest";
import { freshStore, HandClock } from "../store/fresh";
import { Organization } from "../central/organization";
import { file, item, option } from "../forms/written";
import { fromUtf8 } from "$lib/crypto/bytes";
import { openCompact } from "$lib/crypto/jwe";
import type { PublishedForm } from "$lib/central/form";
import { type Answers, parseQuestionnaire } from "$lib/forms";
import { countResponses } from "$lib/satisfaction/box";
import { flatAnswers, mondayOf, type SatisfactionResponse } from "$lib/satisfaction/response";
import type { Store } from "$lib/store/database";
import { NodeFailing } from "$lib/sync/errors";
import {
  endLoan,
  keepLoan,
  type KioskSitting,
  readLoan,
  SatisfactionPost,
  settle,
} from "../../src/app/satisfaction";

const CAMPAIGN = "6d1f2c5e-0a01-4b6e-8a01-000000000001";
const FILE = file(
  [
    item("s.overall", "integer", { required: true }),
    item("s.about", "choice", { answerOption: [option("stand"), option("bpco")] }),
    item("s.comment", "text"),
  ],
  { url: "https://escale.example/fhir/Questionnaire/satisfaction-patient" },
);
const FORM = parseQuestionnaire(FILE);
const SITTING: KioskSitting = {
  form: FORM,
  reference: { url: FORM.url, version: FORM.version, digest: "d".repeat(64) },
  title: "Satisfaction",
  campaign: CAMPAIGN,
  settings: {},
};
const said = (...values: readonly (number | string)[]): Answers[string] => ({
  kind: "values",
  values,
  by: "",
  at: "2026-11-26T10:12:30.456+01:00",
});

let store: Store;
let organization: Organization;
let clock: HandClock;
let posted: string[][];
let failing: Error | null;
/** Positions that central asks for again later, whatever is sent. */
let later: readonly number[];
let waiting: number;
let post: SatisfactionPost;
let monotonic: number;

beforeEach(async () => {
  store = await freshStore();
  organization = await Organization.found();
  clock = new HandClock(Date.parse("2026-11-26T10:12:30.456Z"));
  [posted, failing, later, waiting, monotonic] = [[], null, [], -1, 0];
  post = made();
});

/** The post of a tablet that was just started. */
function made(): SatisfactionPost {
  const clocks = { wall: () => 0, monotonic: () => monotonic };
  return new SatisfactionPost({
    environment: { store, clock: clock.read, clocks, online: () => true },
    organization: () => ({
      id: organization.id,
      title: "CPTS",
      signing_key: organization.signingKey,
      encryption_key: organization.encryptionKey,
    }),
    post: (responses) => {
      posted.push([...responses]);
      return failing === null ? Promise.resolve(later) : Promise.reject(failing);
    },
    told: (count) => (waiting = count),
  });
}

async function answer(overall: number): Promise<void> {
  await post.keep(SITTING, { "s.overall": said(overall) });
  await post.consider();
}

async function opened(jwe: string): Promise<SatisfactionResponse> {
  return JSON.parse(fromUtf8(await openCompact(jwe, organization.encryptionPrivate))) as SatisfactionResponse;
}

const overall = ({ answers }: SatisfactionResponse): number => {
  const flat = answers["s.overall"];
  return flat !== undefined && "values" in flat ? Number(flat.values[0]) : NaN;
};

describe("an answer of nobody", () => {
  it("is sealed to the organisation at once, and says neither hour, device, visit nor stop", async () => {
    await answer(9);
    const rows = await store.read(["satisfaction"], async ({ satisfaction }) => satisfaction.all());
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["jwe", "key"]);
    const response = await opened(rows[0]?.jwe ?? "");
    expect(Object.keys(response).sort()).toEqual(["answers", "campaign", "channel", "form", "id", "week"]);
    expect(response).toMatchObject({
      form: { url: FORM.url, version: "1.0.0" },
      campaign: CAMPAIGN,
      week: "2026-11-23",
      channel: "kiosk",
      answers: { "s.overall": { values: [9] } },
    });
    expect(rows[0]?.key).not.toBe(response.id);
    const kept = await store.read(["settings"], async ({ settings }) => settings.get("satisfaction"));
    expect(kept).toEqual({ since: "2026-11-26", closed: false });
  });

  it("is written flat: codes, numbers, absences, and who answered is left out", () => {
    const coded = { kind: "values", values: [{ system: "x", code: "stand" }], by: "m", at: "t" } as const;
    const absent = { kind: "absent", reason: "asked-declined", by: "m", at: "t" } as const;
    expect(flatAnswers({ a: coded, b: absent, c: said(0) })).toEqual({
      a: { values: ["stand"] },
      b: { absent: "asked-declined" },
      c: { values: [0] },
    });
  });

  it("is of its week, whose first day is a Monday", () => {
    const days = ["2026-11-23", "2026-11-29", "2026-11-30", "2027-01-01"];
    expect(days.map(mondayOf)).toEqual(["2026-11-23", "2026-11-23", "2026-11-30", "2026-12-28"]);
  });

  it("is not kept while a rule is broken", async () => {
    expect(await settle(FORM, {}, "2026-11-26")).toMatchObject({ kind: "refused", linkId: "s.overall" });
    const sat = await settle(FORM, { "s.overall": said(7) }, "2026-11-26");
    expect(sat).toMatchObject({ kind: "settled", answers: { "s.overall": { values: [7] } } });
  });
});

describe("the box", () => {
  it("does not send one by one: it waits for five, and sends them together", async () => {
    for (let each = 1; each <= 4; each += 1) await answer(each);
    expect(posted).toEqual([]);
    expect(waiting).toBe(4);
    await answer(5);
    expect(posted.map((batch) => batch.length)).toEqual([5]);
    const sent = await Promise.all((posted[0] ?? []).map(opened));
    expect(sent.map(overall).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(5);
    expect(waiting).toBe(0);
  });

  it("sends what waits when a stop is closed, even without network at that moment", async () => {
    await answer(1);
    failing = new NodeFailing(503, "down");
    await post.closed();
    await post.consider();
    expect([posted.length, waiting]).toEqual([1, 1]);
    failing = null;
    post = made(); // the tablet was started again meanwhile
    await post.consider();
    expect([posted.length, waiting]).toEqual([2, 0]);
  });

  it("sends what waits the next day", async () => {
    await answer(1);
    await post.consider();
    expect(posted).toEqual([]);
    clock.advance(24 * 3600);
    await post.consider();
    expect(posted.map((batch) => batch.length)).toEqual([1]);
  });

  it("loses nothing that the node did not take, and sends it again as it was", async () => {
    failing = new NodeFailing(503, "down");
    for (let each = 1; each <= 5; each += 1) await answer(each);
    expect(await countResponses(store)).toBe(5);
    const tries = posted.length;
    await post.consider();
    expect(posted.length).toBe(tries); // not at once
    failing = null;
    monotonic += 10 * 60_000;
    await post.consider();
    expect(posted.at(-1)?.toSorted()).toEqual(posted[0]?.toSorted());
    expect(await countResponses(store)).toBe(0);
  });

  it("keeps what central asks for again later, and sends it with the next that may go", async () => {
    later = [1, 3];
    for (let each = 1; each <= 5; each += 1) await answer(each);
    const left = [posted[0]?.[1], posted[0]?.[3]];
    expect([posted.length, waiting]).toEqual([1, 2]);

    // Neither at once, nor with an answer or three that it would not hide.
    later = [];
    await post.consider();
    for (let each = 6; each <= 8; each += 1) await answer(each);
    expect([posted.length, waiting]).toEqual([1, 5]);

    post = made(); // the tablet was started again meanwhile
    await post.closed();
    await post.consider();
    expect(posted.map((batch) => batch.length)).toEqual([5, 5]);
    expect(posted[1]).toEqual(expect.arrayContaining(left));
    expect(waiting).toBe(0);
  });

  it("sends what central asked for again later the next day, even alone", async () => {
    later = [0];
    await answer(1);
    await post.closed();
    await post.consider();
    expect([posted.length, waiting]).toEqual([1, 1]);
    await post.consider();
    expect(posted.length).toBe(1);
    clock.advance(24 * 3600);
    later = [];
    await post.consider();
    expect(posted).toEqual([posted[0], posted[0]]);
    expect(waiting).toBe(0);
  });

  it("sends at most fifty at once, in no order of arrival", async () => {
    failing = new NodeFailing(503, "down");
    for (let each = 1; each <= 60; each += 1) await post.keep(SITTING, { "s.overall": said(each) });
    await post.consider();
    [failing, posted] = [null, []];
    monotonic += 10 * 60_000;
    await post.consider();
    expect(posted.map((batch) => batch.length)).toEqual([50, 10]);
    const sent = await Promise.all(posted.flat().map(opened));
    const order = sent.map(overall);
    expect(order).not.toEqual(order.toSorted((one, other) => one - other));
  });
});

describe("a tablet that is lent", () => {
  const questionnaire = JSON.stringify(FILE);
  const asked: string[] = [];
  const here = async (url: string, version: string): Promise<PublishedForm | null> => {
    asked.push(`${url}|${version}`);
    return Promise.resolve({
      url,
      version,
      digest: SITTING.reference.digest,
      questionnaire,
    } as PublishedForm);
  };

  it("is lent still after a reload, with its campaign and settings, until a member takes it back", async () => {
    expect(await readLoan(store, here)).toBeNull();
    const sitting = { ...SITTING, settings: { "s.count": 3 }, service: "bpco" };
    await keepLoan(store, sitting);
    expect(await readLoan(store, here)).toEqual(sitting);
    expect(asked).toEqual([`${FORM.url}|${FORM.version}`]);
    expect(await readLoan(store, () => Promise.resolve(null))).toBeNull();
    await endLoan(store);
    expect(await readLoan(store, here)).toBeNull();
  });
});
