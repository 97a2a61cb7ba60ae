import { describe, expect, it } from "vitest";
import { utf8 } from "$lib/crypto/bytes";
import { sha256Hex } from "$lib/crypto/digest";
import { deflate, InflateError } from "$lib/envelope/deflate";
import type { SearchEntry } from "$lib/search/entry";
import { packEntries, unpackEntries } from "$lib/search/packing";

const VISIT = "6d1f2c5e-0a01-4b6e-8a01-00000000000";

async function entry(place: number, changes: Partial<SearchEntry> = {}): Promise<SearchEntry> {
  return {
    envelope: `e${await sha256Hex(`envelope ${place}`)}`,
    record: await sha256Hex(`record ${place}`),
    replaces: null,
    visit: `${VISIT}${place}`,
    stop: `stop ${place % 2}`,
    date: "2026-11-23",
    signed_at: `2026-11-23T10:0${place}:00.000+01:00`,
    member: "member",
    form: "https://escale.example/fhir/Questionnaire/medicobus-consultation",
    part: null,
    anonymous: null,
    name: "NOËL ŒDIPE",
    folded: " noel oedipe",
    birth_date: "1958-03-12",
    ...changes,
  };
}

describe("packed entries", () => {
  it("come back as they were, in their order", async () => {
    const first = await entry(1);
    const entries = [
      await entry(2, { replaces: first.envelope, name: "", folded: " ", birth_date: null }),
      first,
      await entry(3, { member: "another", date: "2026-11-24", form: "another form", part: "station" }),
      await entry(4, { name: "", folded: " ", anonymous: { sex: "F", age_band: "60_74" } }),
      await entry(5, { name: "", folded: " ", anonymous: { sex: null, age_band: null } }),
    ];
    expect(await unpackEntries(await packEntries(entries))).toEqual(entries);
  });

  it("may be none", async () => {
    expect(await unpackEntries(await packEntries([]))).toEqual([]);
  });

  it("of another version are not read", async () => {
    const columns = await deflate(utf8(JSON.stringify({ v: 1, name: [] })));
    const packed = new Uint8Array(4 + columns.length);
    new DataView(packed.buffer).setUint32(0, columns.length);
    packed.set(columns, 4);
    expect(await unpackEntries(packed)).toBeNull();
  });

  it("of the first version, rows deflated as they were, are not read either", async () => {
    const rows = Array.from({ length: 50 }, (_, place) => [`e${place}`, "NOËL ŒDIPE", "2026-11-23"]);
    expect(await unpackEntries(await deflate(utf8(JSON.stringify({ v: 1, rows }))))).toBeNull();
  });

  it("that lost identifiers are not read", async () => {
    const packed = await packEntries([await entry(1), await entry(2)]);
    expect(await unpackEntries(packed.slice(0, -80))).toBeNull();
    expect(await unpackEntries(packed.slice(0, -1))).toBeNull();
    expect(await unpackEntries(packed.slice(0, 3))).toBeNull();
  });

  it("that were damaged are refused", async () => {
    const packed = await packEntries([await entry(1)]);
    packed.fill(255, 4, 40);
    await expect(unpackEntries(packed)).rejects.toBeInstanceOf(InflateError);
  });
});
