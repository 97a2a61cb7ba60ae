import { describe, expect, it, test } from "vitest";
import type { OwnSigned, RecordState } from "$lib/record/states";
import type { SealedRow, SignedKind } from "$lib/store/schema";
import type { Turn } from "$lib/central/receipt";
import { closingCounts, openMatters, signedSince } from "../../src/app/closing";
import type { DayVisit } from "../../src/app/day";
import { mayWipe, onlyRefusedLeft, photosWaiting } from "../../src/app/wipe";

interface Signed {
  readonly visit?: string;
  readonly state?: RecordState;
  readonly kind?: SignedKind;
  readonly turn?: Turn | null;
  readonly stop?: string;
  readonly photo?: string | null;
  readonly replacedBy?: string | null;
  readonly record?: string;
}

function signed({ visit = "v", state = "integrated", kind = "record", ...more }: Signed): OwnSigned {
  const { stop = "stop", photo = null, turn = null, replacedBy = null, record = "" } = more;
  const row = { visit, kind, stop, photo, record } as unknown as SealedRow;
  return { row, state, turn, replacedBy, reasons: [], at: null, since: null, receipt: null };
}

describe("the figures of a closed stop", () => {
  it("count visits, whole only when each of their records is", () => {
    const own = [
      signed({ visit: "a" }),
      signed({ visit: "b" }),
      signed({ visit: "b", state: "on-tablet" }),
      signed({ visit: "c", state: "to-correct", turn: "author" }),
      signed({ visit: "d", state: "quarantined", turn: "support" }),
      signed({ visit: "e", state: "received" }),
    ];
    expect(closingCounts(own, "stop")).toEqual({
      visits: 5,
      received: 4,
      integrated: 1,
      toCorrect: 1,
      blocked: 1,
      updates: 0,
      photos: 0,
      places: { onTablet: 1, onHub: 0, atCentral: 0 },
    });
  });

  it("leave out what a correction replaced, and other stops", () => {
    const own = [
      signed({ state: "to-correct", turn: "author", replacedBy: "e2" }),
      signed({ state: "integrated" }),
      signed({ visit: "x", stop: "elsewhere", state: "on-tablet" }),
    ];
    expect(closingCounts(own, "stop")).toMatchObject({ visits: 1, received: 1, integrated: 1, toCorrect: 0 });
  });

  it("count as received no record that a node only holds", () => {
    const own = [signed({ visit: "a", state: "on-hub" }), signed({ visit: "b", state: "at-central" })];
    expect(closingCounts(own, "stop")).toMatchObject({
      visits: 2,
      received: 0,
      places: { onTablet: 0, onHub: 1, atCentral: 1 },
    });
  });

  it("count the updates and the photos that wait, and a photo once whatever its pieces", () => {
    const waiting = { state: "on-tablet", visit: "v" } as const;
    const own = [
      signed({ ...waiting, kind: "manifest" }),
      signed({ ...waiting, kind: "attendance" }),
      signed({ ...waiting, kind: "photo", photo: "p" }),
      signed({ ...waiting, kind: "photo", photo: "p" }),
    ];
    expect(closingCounts(own, "stop")).toMatchObject({ visits: 0, updates: 2, photos: 1 });
  });
});

describe("what was signed since a stop was closed", () => {
  const before = [signed({ record: "r1" }), signed({ record: "n1", kind: "attendance" })];
  const manifests = [{ signed: ["r1", "n1"] }];
  const manifest = signed({ record: "m1", kind: "manifest" });

  it("is nothing right after it, the manifest itself aside", () => {
    expect(signedSince([...before, manifest], "stop", manifests)).toBe(0);
  });

  it("counts records, notices, and a photo once whatever its pieces", () => {
    const later = [
      signed({ record: "r2" }),
      signed({ record: "n2", kind: "attendance" }),
      signed({ record: "p1", kind: "photo", photo: "p" }),
      signed({ record: "p2", kind: "photo", photo: "p" }),
      signed({ record: "elsewhere", stop: "another" }),
    ];
    expect(signedSince([...before, manifest, ...later], "stop", manifests)).toBe(3);
    expect(
      signedSince([...before, manifest, ...later], "stop", [
        ...manifests,
        { signed: ["r2", "n2", "p1", "p2"] },
      ]),
    ).toBe(0);
  });

  it("counts a piece that was signed while the manifest was being made, before its place in the chain", () => {
    const between = signed({ record: "p0", kind: "photo", photo: "p" });
    expect(signedSince([...before, between, manifest], "stop", manifests)).toBe(1);
  });
});

test("what is open at closing names each visit once", () => {
  const visit = (name: string, status: string, drafts: number): DayVisit =>
    ({ visit: name, status, cancelled: false, drafts: Array(drafts).fill({}) }) as unknown as DayVisit;
  const visits = [visit("a", "with_doctor", 1), visit("b", "arrived", 0), visit("c", "done", 0)];
  const matters = openMatters(visits, [], "stop");
  expect(matters.drafts.map((each) => each.visit)).toEqual(["a"]);
  expect(matters.stillIn.map((each) => each.visit)).toEqual(["b"]);
});

test("whoever is still expected at closing is said: booked, not cancelled, and of whom nothing was said", () => {
  const visit = (name: string, more: Partial<DayVisit>): DayVisit => ({
    ...({ visit: name, kind: "visit", time: null, attendance: null } as const),
    ...{ status: "expected", cancelled: false, drafts: [], records: [], expected: {} as never },
    ...more,
  });
  const visits = [
    visit("awaited", {}),
    visit("absent", { status: "absent" }),
    visit("cancelled", { cancelled: true }),
    visit("walk-in", { expected: null }),
    visit("being written", { drafts: [{} as never] }),
    visit("signed", { records: [{} as never] }),
  ];
  expect(openMatters(visits, [], "stop").awaited.map((each) => each.visit)).toEqual(["awaited"]);
});

describe("a tablet is wiped", () => {
  const nothing = { records: 0, updates: 0, photos: 0, refused: 0, drafts: 0, satisfaction: 0 };
  const HINDRANCES = ["records", "updates", "photos", "drafts", "satisfaction"] as const;

  it("only when nothing would be lost by it", () => {
    expect(mayWipe(nothing)).toBe(true);
    for (const kept of HINDRANCES) expect(mayWipe({ ...nothing, [kept]: 1 })).toBe(false);
  });

  it("without the photos that the node refused only once their exact number was given up", () => {
    const two = { ...nothing, refused: 2 };
    expect(mayWipe(two)).toBe(false);
    expect(mayWipe(two, 1)).toBe(false);
    expect(mayWipe(two, 2)).toBe(true);
    expect(mayWipe(nothing, 2)).toBe(false);
  });

  it("never while anything else is only here, whatever was given up", () => {
    for (const kept of HINDRANCES) {
      const left = { ...nothing, refused: 2, [kept]: 1 };
      expect(onlyRefusedLeft(left)).toBe(false);
      expect(mayWipe(left, 2)).toBe(false);
    }
  });

  it("counts a photo as refused when one of its pieces is, and no record nor notice ever", () => {
    const piece = (envelope: string, photo: string | null): OwnSigned => {
      const { row, ...rest } = signed({ kind: photo === null ? "attendance" : "photo", photo });
      return { ...rest, row: { ...row, envelope } };
    };
    const waiting = [piece("a1", "a"), piece("a2", "a"), piece("b1", "b"), piece("n1", null)];
    const refused = new Set(["a2", "n1"]);
    expect(photosWaiting(waiting, (envelope) => refused.has(envelope))).toEqual({ photos: 1, refused: 1 });
    expect(photosWaiting(waiting, () => false)).toEqual({ photos: 2, refused: 0 });
  });
});
