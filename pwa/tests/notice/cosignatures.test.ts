import { describe, expect, it } from "vitest";
import { cosignersAmong, mayCosign } from "$lib/notice/cosignatures";
import { errorsAmong, type ErrorNotice } from "$lib/notice/errors";
import type { KeptNoticeOf } from "$lib/notice/ledger";

function cosigned(member: string, at: string, records: readonly string[]): KeptNoticeOf<"cosignature"> {
  return {
    record: `${member}${at}`,
    signed_at: `2026-11-23T${at}:00.000Z`,
    clock_offset_ms: 0,
    author: { member, name: member, profession: "" },
    body: { kind: "cosignature", records: records.map((record) => ({ envelope: `e${record}`, record })) },
  } as unknown as KeptNoticeOf<"cosignature">;
}

describe("co-signatures", () => {
  it("are told by record, each member once, in the order of signing", () => {
    const notices = [
      cosigned("claire", "12:00", ["r1"]),
      cosigned("martin", "10:00", ["r1", "r2"]),
      cosigned("martin", "11:00", ["r1"]),
    ];
    for (const order of [notices, notices.toReversed()]) {
      const cosigners = cosignersAmong(order);
      expect(cosigners.get("r1")?.map(({ member, signed_at }) => [member, signed_at.slice(11, 16)])).toEqual([
        ["martin", "10:00"],
        ["claire", "12:00"],
      ]);
      expect(cosigners.get("r2")?.map(({ member }) => member)).toEqual(["martin"]);
    }
  });

  it("are of somebody else than the author, and once", () => {
    const cosigners = cosignersAmong([cosigned("martin", "10:00", ["r1"])]);
    const record = { envelope: "er1", record: "r1", member: "claire" };
    expect(mayCosign(record, "claire", cosigners)).toBe(false);
    expect(mayCosign(record, "martin", cosigners)).toBe(false);
    expect(mayCosign(record, "zoe", cosigners)).toBe(true);
    // Another record of the same envelope is not what was read.
    expect(mayCosign({ ...record, record: "other" }, "martin", cosigners)).toBe(true);
  });
});

it("a record entered in error twice is told by the same notice on every tablet", () => {
  const said = (record: string): ErrorNotice =>
    ({ record, body: { kind: "entered_in_error", record: "e1" } }) as unknown as ErrorNotice;
  const [one, other] = [said("a"), said("b")];
  expect(errorsAmong([one, other]).get("e1")).toBe(one);
  expect(errorsAmong([other, one]).get("e1")).toBe(one);
});
