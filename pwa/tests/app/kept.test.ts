import { beforeEach, describe, expect, it, vi } from "vitest";
import { AUTHOR, published } from "../forms/flat";
import { item, option, ours, written } from "../forms/written";
import { type Answer, type Answers, toQuestionnaireResponse } from "$lib/forms";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import type { Desk } from "../../src/app/desk.svelte";
import { keptForTheDay, lastGiven } from "../../src/app/kept";

const readRecords = vi.hoisted(() => vi.fn());
vi.mock("$lib/record/read", async (original) => ({
  ...(await original<object>()),
  readRecords,
}));

const FORM = written([
  item("s.model", "string", { extension: [ours("kept-for-the-day", { valueBoolean: true })] }),
  item("s.serial", "string", { extension: [ours("kept-for-the-day", { valueBoolean: true })] }),
  item("s.height", "integer"),
  item("s.kind", "choice", { answerOption: [option("mini"), option("full"), option("none")] }),
  item("s.checked", "date", {
    extension: [
      ours("kept-for-the-day", { valueBoolean: true }),
      ours("kept-with", { valueString: "s.kind" }),
    ],
  }),
]);
const TODAY = "2026-11-23";
const ME = AUTHOR.by;
const OTHER = "00000000-0000-4000-8000-000000000099";

const said = (value: string | number, time = "09:00", by = ME): Answer => ({
  kind: "values",
  values: [value],
  by,
  at: `${TODAY}T${time}:00.000+01:00`,
});

interface Said {
  readonly answers: Answers;
  readonly stop?: string;
  readonly day?: string;
  readonly owner?: string;
  readonly version?: string;
  readonly form?: string;
}

const draft = ({
  answers,
  stop = "stop",
  day = TODAY,
  owner = ME,
  version = FORM.version,
  form,
}: Said): object => ({
  draft: {
    answers,
    owner,
    stop: { id: stop },
    form: { url: form ?? FORM.url, version },
    period: { start: `${day}T08:00:00.000+01:00`, end: null },
  },
});

const entry = (envelope: string, time: string, more: object = {}): object => ({
  envelope,
  replaces: null,
  member: ME,
  stop: "stop",
  form: FORM.url,
  date: TODAY,
  signed_at: `${TODAY}T${time}:00.000+01:00`,
  ...more,
});

const desk = (
  drafts: readonly object[],
  entries: readonly { envelope?: string }[] = [],
  own?: string[],
): Desk =>
  ({
    slot: { member: ME },
    station: {
      today: TODAY,
      own: (own ?? entries.map(({ envelope }) => envelope)).map((envelope) => ({ row: { envelope } })),
    },
    drafts: { open: drafts },
    entries,
    errors: new Map(),
    readingContext: () => Promise.resolve({}),
  }) as unknown as Desk;

const opened = async (...of: Parameters<typeof desk>): Promise<Record<string, unknown>> =>
  Object.fromEntries((await keptForTheDay(desk(...of), FORM, "stop", AUTHOR)).values);

beforeEach(() => {
  readRecords.mockReset();
  readRecords.mockImplementation((_: unknown, envelopes: readonly string[]) =>
    Promise.resolve({
      records: envelopes.map((envelope) => ({
        payload: { form: { version: FORM.version } },
        response: toQuestionnaireResponse(
          FORM,
          { "s.model": said(`model of ${envelope}`) },
          { author: ME, authored: `${TODAY}T${envelope}:00.000+01:00`, status: "completed" },
        ),
      })),
    }),
  );
});

describe("what is kept for the day", () => {
  it("is what the member answered last to the questions that are kept, and nothing else", async () => {
    const first = { "s.model": said("A", "09:00"), "s.serial": said("1", "09:00"), "s.height": said(170) };
    const second = { "s.model": said("B", "09:20") };
    expect(await opened([draft({ answers: second }), draft({ answers: first })])).toEqual({
      "s.model": ["B"],
      "s.serial": ["1"],
    });
  });

  it.each<[string, Omit<Said, "answers">]>([
    ["at another stop", { stop: "another" }],
    ["on another day", { day: "2026-11-22" }],
    ["of another member", { owner: OTHER }],
    ["of another form", { form: "https://escale.example/fhir/Questionnaire/y" }],
    ["of another version", { version: "2.0.0" }],
  ])("is not what was answered %s", async (_, more) => {
    expect(await opened([draft({ answers: { "s.model": said("A") }, ...more })])).toEqual({});
  });

  it("is neither an absence nor what somebody else answered in one's draft", () => {
    const absent: Answer = { kind: "absent", reason: "asked-unknown", by: ME, at: AUTHOR.at };
    const sources = [{ "s.model": absent, "s.serial": said("1", "09:00", OTHER) }];
    expect(lastGiven(FORM, sources, AUTHOR)).toEqual({ values: new Map(), kits: {} });
  });

  it("is kept with the kit it was given with, each kit with its own last value", () => {
    const kind = (code: string): Answer => ({
      ...said("", "08:00"),
      kind: "values",
      values: [{ system: "https://escale.example/fhir/CodeSystem/x", code }],
    });
    const sources: Answers[] = [
      { "s.kind": kind("mini"), "s.checked": said("2026-11-02", "09:00") },
      { "s.kind": kind("full"), "s.checked": said("2026-11-23", "09:20") },
      { "s.kind": kind("mini"), "s.checked": said("2026-11-03", "09:10"), "s.model": said("A") },
      {
        "s.kind": { kind: "absent", reason: "not-asked", by: ME, at: AUTHOR.at },
        "s.checked": said("2026-10-01"),
      },
      { "s.checked": said("2026-10-02", "11:00") },
      { "s.kind": kind("none"), "s.checked": said("2026-10-03", "11:00", OTHER) },
    ];
    const { values, kits } = lastGiven(FORM, sources, AUTHOR);
    expect([...values]).toEqual([["s.model", ["A"]]]);
    expect(kits).toEqual({
      "s.kind": {
        mini: {
          answers: { "s.checked": { kind: "values", values: ["2026-11-03"], ...AUTHOR } },
          entries: {},
        },
        full: {
          answers: { "s.checked": { kind: "values", values: ["2026-11-23"], ...AUTHOR } },
          entries: {},
        },
      },
    });
  });

  it("is read from the member's last records of this tablet", async () => {
    const entries = ["09:00", "09:40", "09:20"].map((time) => entry(time, time));
    expect(await opened([], entries)).toEqual({ "s.model": ["model of 09:40"] });
    expect(await opened([draft({ answers: { "s.model": said("D", "10:00") } })], entries)).toEqual({
      "s.model": ["D"],
    });
  });

  it("opens few records, none replaced, in error, of elsewhere or of another tablet", async () => {
    const entries = ["09:01", "09:02", "09:03", "09:04", "09:05", "09:06"].map((time) => entry(time, time));
    await opened([], [...entries, entry("09:30", "09:30", { replaces: "09:06" })]);
    expect(readRecords.mock.lastCall?.[1]).toEqual(["09:30", "09:05", "09:04", "09:03"]);
    readRecords.mockClear();
    const elsewhere = [
      entry("a", "09:00", { stop: "another" }),
      entry("b", "09:00", { date: "2026-11-22" }),
      entry("c", "09:00", { member: OTHER }),
      entry("d", "09:00", { form: "y" }),
    ];
    expect(await opened([], elsewhere)).toEqual({});
    expect(await opened([], [entry("e", "09:00")], [])).toEqual({});
    expect(readRecords).not.toHaveBeenCalled();
  });

  it.each([
    ["bpco-reperage", ["device.model", "device.serial", "device.calibrated_on"]],
    ["teleconsultation", ["request.place", "request.facility", "devices.kit"]],
    ["icope-step1", ["context.mode", "context.operator", "context.place"]],
    ["prevention-stand", ["stand.station"]],
    ["medicobus-consultation", []],
  ])("of %s is the equipment and the place", (name, links) => {
    const version = name === "medicobus-consultation" ? "1.1.0" : "1.0.0";
    const form = parseQuestionnaire(JSON.parse(published(`${name}.v${version}.json`)) as object);
    const kept = form.questions.filter(({ keptForTheDay: each }) => each);
    expect(kept.map(({ linkId }) => linkId)).toEqual(links);
    expect(kept.every(({ itemClass }) => itemClass === "administrative")).toBe(true);
  });

  it("belongs to its kit, and an establishment to the kind of place", () => {
    const belongs = ["bpco-reperage", "teleconsultation", "icope-step1", "prevention-stand"].flatMap((name) =>
      parseQuestionnaire(JSON.parse(published(`${name}.v1.0.0.json`)) as object).questions.flatMap(
        ({ linkId, keptWith }) => (keptWith === undefined ? [] : [`${linkId} < ${keptWith}`]),
      ),
    );
    expect(belongs).toEqual([
      "device.model < device.kind",
      "device.serial < device.kind",
      "device.calibrated_on < device.kind",
      "request.facility < request.place",
    ]);
  });
});
