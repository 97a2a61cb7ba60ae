import { beforeEach, describe, expect, it } from "vitest";
import { HandClock, HandTimers } from "../store/fresh";
import { importWrapping } from "$lib/crypto/jwk";
import { randomBytes } from "$lib/crypto/random";
import { SlotLocked, WrongPin } from "$lib/vault/errors";
import { OpenSlot } from "$lib/vault/open-slot";
import { pinVerifier } from "$lib/vault/pin";
import { Session, type SessionState } from "$lib/vault/session";

const LIMITS = { veil_min: 3, lock_min: 30 };

let clock: HandClock;
let timers: HandTimers;
let session: Session;
let nurse: OpenSlot;
let doctor: OpenSlot;

async function openSlot(slot: string, pin: string): Promise<OpenSlot> {
  const key = await importWrapping(randomBytes(32));
  const held = { kid: slot, key };
  return new OpenSlot(slot, `member of ${slot}`, {
    signing: held,
    agreement: held,
    vault: key,
    pin: await pinVerifier(pin, randomBytes),
  });
}

function kinds(): SessionState["kind"][] {
  const seen: SessionState["kind"][] = [];
  session.subscribe(({ kind }) => seen.push(kind));
  return seen;
}

beforeEach(async () => {
  clock = new HandClock();
  timers = new HandTimers(clock);
  session = new Session(clock.read, timers, LIMITS);
  nurse = await openSlot("nurse", "4071");
  doctor = await openSlot("doctor", "2580");
});

describe("the veil", () => {
  it("falls after the idle time, and the PIN lifts it with the same keys", async () => {
    session.enter(nurse);
    timers.advance(179);
    expect(session.state.kind).toBe("open");
    timers.advance(1);
    expect(session.state.kind).toBe("veiled");
    expect(await session.lift("4071")).toBe(nurse);
    expect(session.state.kind).toBe("open");
  });

  it("waits while the tablet is touched", () => {
    session.enter(nurse);
    for (let each = 0; each < 10; each += 1) {
      timers.advance(120);
      session.touch();
    }
    expect(session.state.kind).toBe("open");
  });

  it("falls at the first touch after a sleep through which no timer rang", () => {
    session.enter(nurse);
    clock.advance(600);
    session.touch();
    expect(session.state.kind).toBe("veiled");
  });

  it("gives three tries, then drops every key of every slot", async () => {
    session.enter(nurse);
    session.enter(doctor);
    await session.veil();
    await expect(session.lift("0001")).rejects.toMatchObject({ left: 2 });
    await expect(session.lift("0001")).rejects.toMatchObject({ left: 1 });
    await expect(session.lift("0001")).rejects.toMatchObject({ left: 0 });
    expect(session.state.kind).toBe("locked");
    expect(() => nurse.signing).toThrow("slot locked");
    expect(() => doctor.signing).toThrow("slot locked");
  });

  it("forgets the wrong tries after a right one", async () => {
    session.enter(nurse);
    await session.veil();
    await expect(session.lift("0001")).rejects.toBeInstanceOf(WrongPin);
    await session.lift("4071");
    await session.veil();
    expect(session.state).toMatchObject({ kind: "veiled", left: 3 });
  });

  it("counts tries made at once as so many tries", async () => {
    session.enter(nurse);
    await session.veil();
    const tries = await Promise.allSettled(Array.from({ length: 6 }, async () => session.lift("0001")));
    expect(tries.every(({ status }) => status === "rejected")).toBe(true);
    expect(session.state.kind).toBe("locked");
  });
});

describe("the full lock", () => {
  it("comes by itself after the longer idle time, under the veil", () => {
    session.enter(nurse);
    timers.advance(180);
    timers.advance(27 * 60);
    expect(session.state.kind).toBe("locked");
  });

  it("comes at the first look after a night in a drawer", async () => {
    session.enter(nurse);
    clock.advance(12 * 3600);
    session.check();
    expect(session.state.kind).toBe("locked");
    await expect(session.lift("4071")).rejects.toBeInstanceOf(SlotLocked);
  });

  it("is not put off for ever by a clock set back", () => {
    session.enter(nurse);
    clock.advance(-86_400);
    session.check();
    timers.advance(180);
    expect(session.state.kind).toBe("veiled");
  });

  it("shows at once, and keeps the keys until the last save was made", async () => {
    session.enter(nurse);
    let save: () => void = () => undefined;
    session.beforeLeaving(() => new Promise((resolve) => (save = resolve)));
    const locking = session.lock();
    expect(session.state.kind).toBe("locked");
    expect(nurse.signing.kid).toBe("nurse");
    save();
    await locking;
    expect(() => nurse.signing).toThrow("slot locked");
  });

  it("drops the keys even when the last save fails", async () => {
    session.enter(nurse);
    session.beforeLeaving(() => Promise.reject(new Error("storage full")));
    await expect(session.lock()).rejects.toThrow("storage full");
    expect(() => nurse.signing).toThrow("slot locked");
  });
});

describe("several members on one tablet", () => {
  it("go back to an open slot with its own PIN, the other's draft saved first", async () => {
    session.enter(nurse);
    session.enter(doctor);
    const saved: string[] = [];
    session.beforeLeaving(() => Promise.resolve(saved.push("saved")).then(() => undefined));
    await expect(session.lift("2580", "nurse")).rejects.toBeInstanceOf(WrongPin);
    expect(await session.lift("4071", "nurse")).toBe(nurse);
    expect(saved).toEqual(["saved"]);
    expect(session.openSlots).toEqual(["nurse", "doctor"]);
  });

  it("cannot be reached by a PIN when their slot is not open", async () => {
    session.enter(nurse);
    await expect(session.lift("2580", "doctor")).rejects.toBeInstanceOf(SlotLocked);
  });

  it("are told of each change", async () => {
    const seen = kinds();
    session.enter(nurse);
    await session.veil();
    await session.lift("4071");
    await session.lock();
    expect(seen).toEqual(["open", "veiled", "open", "locked"]);
  });
});
