/** A device's file is read whole or refused for a reason that can be said; nothing in between. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type DeviceFile,
  MOST_BYTES,
  MOST_POINTS,
  peakFlow,
  readCurves,
  readDeviceFile,
  SpirometerFileRefused,
  writeCurves,
} from "$lib/spirometry";

const fixture = (name: string): Uint8Array =>
  text(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf-8"));
const text = (source: string): Uint8Array => new TextEncoder().encode(source);
const HEADER = "trial,time_s,volume_l,flow_l_s";

/** Why `source` is refused; fails the test when it is read. */
function refusal(source: string | Uint8Array): [string, number | null] {
  try {
    readDeviceFile(typeof source === "string" ? text(source) : source);
  } catch (error) {
    if (error instanceof SpirometerFileRefused) return [error.reason, error.line];
    throw error;
  }
  throw new Error("it was read");
}

function ndd(trials: string, test_ = 'TypeOfTest="FVC"'): string {
  return `<ndd><Patients><Patient ID="1"><Tests><Test ${test_}><TestDate>2026-11-23T08:00:00</TestDate>
    <Trials>${trials}</Trials></Test></Tests></Patient></Patients></ndd>`;
}

function trial(n: number, fev1: string, fvc: string, unit = "l"): string {
  const value = (id: string, number: string): string =>
    `<ResultParameter ID="${id}"><DataValue>${number}</DataValue><Unit>${unit}</Unit></ResultParameter>`;
  return `<Trial><Number>${n}</Number><ResultParameters>${value("FEV1", fev1)}${value("FVC", fvc)}</ResultParameters></Trial>`;
}

describe("an ndd export", () => {
  const file = readDeviceFile(fixture("ndd-easyone.xml"));

  test("gives every manoeuvre, refused ones too, as the device measured them", () => {
    expect(file.curves.trials.map(({ n, fev1, fvc }) => [n, fev1, fvc])).toEqual([
      [1, 2.595, 3.12],
      [2, 2.486, 3.048],
      [3, 1.976, 2.409],
    ]);
    expect(file.computed).toBe(false);
  });

  test("says which device, for whom and when, so that somebody can see that it is another's", () => {
    expect(file.curves.device).toBe("EasyOne Air 401882");
    expect(file.subject).toEqual({
      name: "MOREAU Élise & Anne",
      birthDate: "1963-04-02",
      testedOn: "2026-11-23",
    });
  });

  test("gives curves sampled every hundredth of a second", () => {
    const [first] = file.curves.trials;
    expect(first?.time_s.slice(0, 3)).toEqual([0, 0.01, 0.02]);
    expect(first?.volume_l.at(-1)).toBeCloseTo(3.12, 3);
  });

  test("is read in UTF-16 too, and with decimal commas and millilitres", () => {
    const source = ndd(trial(1, "2410,5", "3120", "ml"));
    const utf16 = Uint16Array.from(`\ufeff${source}`, (character) => character.charCodeAt(0));
    const [read] = readDeviceFile(new Uint8Array(utf16.buffer)).curves.trials;
    expect([read?.fev1, read?.fvc]).toEqual([2.4105, 3.12]);
  });

  test("without sampled channels has values and no curve", () => {
    expect(readDeviceFile(text(ndd(trial(1, "2.4", "3.1")))).curves.trials).toEqual([
      { n: 1, fev1: 2.4, fvc: 3.1, time_s: [], volume_l: [], flow_l_s: [] },
    ]);
  });

  test("of two people is nobody's", () => {
    const two = ndd(trial(1, "2.4", "3.1")).replace("<Patients>", '<Patients><Patient ID="2"/>');
    expect(refusal(two)).toEqual(["implausible", null]);
  });

  test("with another kind of test has no forced expiration", () => {
    expect(refusal(ndd(trial(1, "2.4", "3.1"), 'TypeOfTest="SVC"'))).toEqual(["no-trial", null]);
  });

  test("of two tests gives the last one", () => {
    const older = `<Test TypeOfTest="FVC"><TestDate>2025-01-09T08:00:00</TestDate><Trials>${trial(1, "1.9", "2.9")}</Trials></Test>`;
    const both = ndd(trial(1, "2.4", "3.1")).replace("</Tests>", `${older}</Tests>`);
    expect(readDeviceFile(text(both)).curves.trials[0]?.fev1).toBe(2.4);
  });
});

describe("our table", () => {
  const file = readDeviceFile(fixture("escale.csv"));

  test("with decimal commas gives FEV1 by back-extrapolation and FVC, and says that they were computed", () => {
    expect(file.computed).toBe(true);
    expect(file.curves.device).toBe("Spirobank II 0412");
    const [first, second] = file.curves.trials;
    // The same values by an independent computation over the printed samples (Python, linear interpolation).
    expect([first?.fev1, first?.fvc]).toEqual([expect.closeTo(3.8298, 4), expect.closeTo(4.217, 6)]);
    expect([second?.fev1, second?.fvc]).toEqual([expect.closeTo(3.7327, 4), expect.closeTo(4.156, 6)]);
  });

  test("keeps the values that the device gives", () => {
    const given = readDeviceFile(
      text(`${HEADER},fev1_l,fvc_l\n1,0,0,0,2.41,3.05\n1,0.1,0.5,5,2.41,3.05\n1,1.5,3,0.2,2.41,3.05\n`),
    );
    expect([given.computed, given.curves.trials[0]?.fev1, given.curves.trials[0]?.fvc]).toEqual([
      false,
      2.41,
      3.05,
    ]);
  });

  test("that ends before the second has passed has no FEV1, and none is invented", () => {
    const short = readDeviceFile(text(`${HEADER}\n1,0,0,0\n1,0.1,0.5,5\n1,0.6,2,1\n`));
    expect([short.curves.trials[0]?.fev1, short.curves.trials[0]?.fvc]).toEqual([undefined, 2]);
  });

  test("FEV1 of a straight expiration is exact: 2 L/s from the first instant is 2 L", () => {
    const rows = Array.from({ length: 21 }, (_, i) => `1,${i / 10},${(2 * i) / 10},2`);
    const straight = readDeviceFile(text([HEADER, ...rows].join("\n")));
    expect(straight.curves.trials[0]?.fev1).toBeCloseTo(2, 9);
  });
});

describe("a file is refused, with its line", () => {
  test.each([
    ["empty", "", ["empty", null]],
    ["a photo", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0]), ["not-text", null]],
    ["too large", new Uint8Array(MOST_BYTES + 1).fill(32), ["too-large", null]],
    ["another text", "Nom;Prénom\nMoreau;Élise\n", ["unknown-format", null]],
    ["another XML", "<html><body/></html>", ["unknown-format", null]],
    ["a column that lacks", "trial,time_s,volume_l\n1,0,0\n", ["columns", 1]],
    ["a line cut short", `${HEADER}\n1,0,0,0\n1,0.1,0.2\n`, ["columns", 3]],
    ["a word for a number", `${HEADER}\n1,0,0,0\n1,0.1,abc,2\n`, ["number", 3]],
    ["no line", `${HEADER}\n`, ["no-trial", null]],
    ["time that goes back", `${HEADER}\n1,0.2,0,0\n1,0.1,0.2,2\n`, ["implausible", 3]],
    ["FEV1 above FVC", ndd(trial(1, "3.2", "3.1")), ["implausible", null]],
    ["millilitres called litres", ndd(trial(1, "2400", "3100")), ["implausible", null]],
    [
      "two manoeuvres of one number",
      ndd(trial(1, "2.4", "3.1") + trial(1, "2.4", "3.1")),
      ["implausible", null],
    ],
    [
      "nine manoeuvres",
      ndd(Array.from({ length: 9 }, (_, i) => trial(i + 1, "2.4", "3.1")).join("")),
      ["too-many-trials", null],
    ],
    ["cut in the middle", ndd(trial(1, "2.4", "3.1")).slice(0, 200), ["broken", null]],
    ["a value that is no number", ndd(trial(1, "---", "3.1")), ["number", null]],
  ])("%s", (_, source, expected) => {
    expect(refusal(source)).toEqual(expected);
  });

  test("with entities: neither one that grows nor one that reads another file", () => {
    const bomb = `<!DOCTYPE ndd [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${ndd("&b;")}`;
    expect(refusal(bomb)).toEqual(["entities", null]);
    const outside = `<!DOCTYPE ndd [<!ENTITY x SYSTEM "file:///etc/passwd">]>${ndd("&x;")}`;
    expect(refusal(outside)).toEqual(["entities", null]);
    expect(refusal(ndd("&x;"))).toEqual(["entities", null]);
  });

  test("nested without end", () => {
    expect(refusal("<a>".repeat(500) + "</a>".repeat(500))).toEqual(["broken", null]);
  });
});

describe("the curves of a record", () => {
  const file: DeviceFile = readDeviceFile(fixture("ndd-easyone.xml"));
  const written = writeCurves(file.curves);

  test("are what docs/forms.md says: 120 points, three decimals, read back as written", () => {
    const kept = readCurves(written);
    expect(kept?.trials.map(({ time_s }) => time_s.length)).toEqual([MOST_POINTS, MOST_POINTS, MOST_POINTS]);
    expect(written).not.toMatch(/\d\.\d{4,}/);
    expect(writeCurves(kept ?? file.curves)).toBe(written);
  });

  test("keep the peak, the beginning and the end", () => {
    const [whole] = file.curves.trials;
    const [kept] = readCurves(written)?.trials ?? [];
    expect(whole && kept && [peakFlow(kept), kept.time_s[0], kept.time_s.at(-1)]).toEqual([
      whole && peakFlow(whole),
      whole?.time_s[0],
      whole?.time_s.at(-1),
    ]);
  });

  test.each([
    "",
    "[]",
    '{"v":2}',
    '{"v":1,"source":"x","device":"","trials":[{"n":1,"time_s":[0],"volume_l":[],"flow_l_s":[0]}]}',
  ])("%s is none", (other) => {
    expect(readCurves(other)).toBeNull();
  });
});
