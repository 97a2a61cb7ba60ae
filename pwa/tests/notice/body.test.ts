import { describe, expect, it } from "vitest";
import { parsePayload } from "$lib/envelope/payload";
import { PIECE_BYTES, type NoticeBody, type NoticeKind } from "$lib/notice/body";

const UUID = "6d1f2c5e-0a01-4b6e-8a01-000000000001";
const DIGEST = "a".repeat(64);

const SIGNED = {
  v: 1,
  organization: UUID,
  campaign: UUID,
  team: UUID,
  stop: UUID,
  device: UUID,
  slot: UUID,
  member: UUID,
  sequence: 2,
  previous: DIGEST,
  signed_at: "2026-11-23T10:12:30.456+01:00",
  clock_offset_ms: -40,
};

const BODIES: { readonly [B in NoticeBody as B["kind"]]: B } = {
  attendance: {
    kind: "attendance",
    visit: UUID,
    status: "turned_away",
    at: "2026-11-23T10:12:00.000+01:00",
    walk_in: true,
    reason: "Plus de place",
    person: { birth_name: "DURAND", first_name: null, birth_date: null },
  },
  cosignature: { kind: "cosignature", records: [{ envelope: `e${DIGEST}`, record: DIGEST }] },
  entered_in_error: { kind: "entered_in_error", visit: UUID, record: `e${DIGEST}`, reason: "Essai" },
  deceased: { kind: "deceased", visit: UUID, on: "2026-11-20", source: "La fille de la personne" },
  photo: {
    kind: "photo",
    visit: UUID,
    photo: UUID,
    link_id: "history.photo",
    media_type: "image/jpeg",
    width: 1600,
    height: 1200,
    digest: DIGEST,
    piece: 0,
    pieces: 2,
    data: "_9j_",
    restricted: false,
  },
  manifest: {
    kind: "manifest",
    keeper: { member: null, name: "Pharmacie de Belmont" },
    visits: 23,
    records: 40,
    signed: [DIGEST],
  },
};

const read = (payload: object): unknown => parsePayload(JSON.stringify(payload));
const refused = { code: "payload-invalid" };
const kinds = Object.keys(BODIES) as NoticeKind[];

describe.each(kinds)("a notice of kind %s", (kind) => {
  const notice = { ...SIGNED, ...BODIES[kind] };

  it("is read as it was written", () => {
    expect(read(notice)).toEqual(notice);
  });

  it("with a member missing, or one more, is none", () => {
    for (const member of Object.keys(notice)) {
      const lacking = Object.fromEntries(Object.entries(notice).filter(([name]) => name !== member));
      expect(() => read(lacking)).toThrow(expect.objectContaining(refused));
    }
    for (const member of ["more", "constructor", "form"]) {
      expect(() => read({ ...notice, [member]: null })).toThrow(expect.objectContaining(refused));
    }
  });
});

const WRONG: readonly [string, NoticeKind, object][] = [
  ["an unknown status", "attendance", { status: "gone" }],
  ["an hour without its offset", "attendance", { at: "2026-11-23T10:12:00.000" }],
  ["a reason too long", "attendance", { reason: "x".repeat(201) }],
  ["a person with another trait", "attendance", { person: { birth_name: null, first_name: null } }],
  ["no record to co-sign", "cosignature", { records: [] }],
  ["an error without its reason", "entered_in_error", { reason: "" }],
  ["a day that does not exist", "deceased", { on: "2026-02-31" }],
  ["a photo wider than it may be", "photo", { width: 1601 }],
  ["a piece beyond the last", "photo", { piece: 2 }],
  ["a piece too large", "photo", { data: "A".repeat((PIECE_BYTES * 4) / 3 + 1) }],
  ["an image of another type", "photo", { media_type: "image/png" }],
  ["a keeper without a name", "manifest", { keeper: { member: null, name: "" } }],
  ["more digests than a manifest holds", "manifest", { signed: Array(2001).fill(DIGEST) }],
];

describe("a notice is refused", () => {
  it.each(WRONG)("for %s", (_, kind, changes) => {
    expect(() => read({ ...SIGNED, ...BODIES[kind], ...changes })).toThrow(expect.objectContaining(refused));
  });

  it("for a kind that is not known", () => {
    for (const kind of ["note", "toString", null, 1]) {
      expect(() => read({ ...SIGNED, ...BODIES.attendance, kind })).toThrow(expect.objectContaining(refused));
    }
  });
});
