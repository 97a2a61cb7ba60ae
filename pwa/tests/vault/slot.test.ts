import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HandClock, freshStore } from "../store/fresh";
import { fromUtf8, utf8 } from "$lib/crypto/bytes";
import { openCompact, sealCompact } from "$lib/crypto/jwe";
import { importRecipient, importVerifying } from "$lib/crypto/jwk";
import { signCompact, verifyCompact } from "$lib/crypto/jws";
import { randomUuid } from "$lib/crypto/random";
import { shortCode } from "$lib/crypto/short-code";
import type { Store } from "$lib/store/database";
import { changePin, createSlot, resetPassphrase, type CreatedSlot } from "$lib/vault/create";
import {
  AttemptDelayed,
  PassphraseWeak,
  PinWeak,
  SlotUnknown,
  VaultDamaged,
  WrongPassphrase,
  WrongRecoveryCode,
} from "$lib/vault/errors";
import type { OpenSlot } from "$lib/vault/open-slot";
import { isPin } from "$lib/vault/pin";
import { readSlots, saveSlotState, slotRegistration, updateSlot } from "$lib/vault/slot";
import { unlockSlot } from "$lib/vault/unlock";

const PASSPHRASE = "Une tasse de thé à 9 h !";
const DEVICE = randomUuid();
const MEMBER = randomUuid();
const clock = new HandClock();

let store: Store;
let created: CreatedSlot;

/** A passphrase takes its time by design; what these tests are about does not depend on how long. */
const argon2 = { memory_kib: 64, passes: 1, lanes: 1 };

beforeAll(async () => {
  store = await freshStore();
  created = await createSlot({ store, clock: clock.read, argon2 }, DEVICE, request());
});

function request(changes: object = {}): Parameters<typeof createSlot>[2] {
  return { member: MEMBER, passphrase: PASSPHRASE, pin: "4071", ...changes };
}

/** Whether both keys of `open` are those that the slot publishes. */
async function holdsItsKeys(open: OpenSlot): Promise<boolean> {
  const { signing_key, agreement_key } = created.slot;
  const jws = await signCompact({}, "escale-record+jws", open.signing);
  await verifyCompact(jws, "escale-record+jws", await importVerifying(signing_key));
  const to = { kid: "agreement", key: await importRecipient(agreement_key) };
  return (
    fromUtf8(await openCompact(await sealCompact(utf8("ring"), "JWE", to), open.agreement.key)) === "ring"
  );
}

describe("a new slot", () => {
  it("is pending, open, and registered by public parts only", async () => {
    const { slot, open } = created;
    expect(slot.state).toBe("pending");
    expect(await holdsItsKeys(open)).toBe(true);
    expect(Object.keys(slotRegistration(slot))).toEqual([
      "slot",
      "member",
      "signing_key",
      "agreement_key",
      "proof",
    ]);
    expect(JSON.stringify(slot)).not.toContain('"d"');
  });

  it("proves that it holds the signing key for its agreement key (wire §6)", async () => {
    const { slot } = created;
    const proof = await verifyCompact(slot.proof, "escale-slot+jws", await importVerifying(slot.signing_key));
    expect(JSON.parse(fromUtf8(proof))).toEqual({
      slot: slot.slot,
      member: MEMBER,
      device: DEVICE,
      agreement_thumbprint: slot.agreement_kid,
    });
    expect(slot.short_code).toBe(await shortCode(slot.slot, slot.signing_kid));
  });

  it("keeps no key that can be exported", async () => {
    await expect(crypto.subtle.exportKey("jwk", created.open.signing.key)).rejects.toThrow();
    await expect(crypto.subtle.exportKey("jwk", created.open.agreement.key)).rejects.toThrow();
    await expect(crypto.subtle.exportKey("raw", created.open.vault)).rejects.toThrow();
  });

  it("is listed, and remembers what the node answered", async () => {
    await saveSlotState(store, created.slot.slot, "confirmed");
    expect((await readSlots(store)).map(({ state }) => state)).toEqual(["confirmed"]);
    await expect(saveSlotState(store, "unknown", "confirmed")).rejects.toBeInstanceOf(SlotUnknown);
  });

  it("is not made with a weak passphrase or PIN", async () => {
    const make = (changes: object): Promise<CreatedSlot> => {
      return createSlot({ store, clock: clock.read, argon2 }, DEVICE, request(changes));
    };
    await expect(make({ passphrase: "azerty" })).rejects.toBeInstanceOf(PassphraseWeak);
    await expect(make({ pin: "1234" })).rejects.toBeInstanceOf(PinWeak);
  });
});

describe("a passphrase at rest", () => {
  it("costs 64 MiB and three passes of Argon2id unless told otherwise", async () => {
    const context = { store: await freshStore(), clock: clock.read };
    const { slot } = await createSlot(context, DEVICE, request());
    expect(slot.passphrase.argon2).toMatchObject({ memory_kib: 65_536, passes: 3, lanes: 1 });
    await expect(unlockSlot(context, slot.slot, PASSPHRASE)).resolves.toMatchObject({ member: MEMBER });
  });
});

describe("unlocking", () => {
  beforeEach(() => {
    clock.advance(60);
  });

  it("gives the slot's keys back, the passphrase typed with other Unicode and spaces", async () => {
    const open = await unlockSlot(
      { store, clock: clock.read },
      created.slot.slot,
      ` ${PASSPHRASE.normalize("NFD")}`,
    );
    expect(await holdsItsKeys(open)).toBe(true);
    expect(open.member).toBe(MEMBER);
  });

  it("refuses another passphrase, and says how long to wait after the third", async () => {
    const attempt = (): Promise<OpenSlot> =>
      unlockSlot({ store, clock: clock.read }, created.slot.slot, "wrong");
    await expect(attempt()).rejects.toBeInstanceOf(WrongPassphrase);
    await expect(attempt()).rejects.toMatchObject({ wait_s: 0 });
    await expect(attempt()).rejects.toMatchObject({ wait_s: 5 });
    await expect(attempt()).rejects.toBeInstanceOf(AttemptDelayed);
  });

  it("tells a damaged vault from a wrong passphrase, and erases nothing", async () => {
    const other = await freshStore();
    const { slot } = created;
    await other.write(["slots"], async ({ slots }) => slots.put({ ...slot, vault: slot.passphrase.wrap }));
    await expect(
      unlockSlot({ store: other, clock: clock.read }, slot.slot, PASSPHRASE),
    ).rejects.toBeInstanceOf(VaultDamaged);
    expect(await readSlots(other)).toHaveLength(1);
  });
});

describe("a forgotten passphrase", () => {
  it("is replaced offline by the recovery code, which then serves no more", async () => {
    const context = { store: await freshStore(), clock: clock.read, argon2 };
    await context.store.write(["slots"], async ({ slots }) => slots.put(created.slot));
    const { slot } = created.slot;
    const typed = created.recoveryCode.toLowerCase().replaceAll("-", " ");
    const reset = await resetPassphrase(context, slot, typed, "Deux tasses de café à 10 h !");
    expect(await holdsItsKeys(reset.open)).toBe(true);
    expect(await holdsItsKeys(await unlockSlot(context, slot, "Deux tasses de café à 10 h !"))).toBe(true);
    await expect(unlockSlot(context, slot, PASSPHRASE)).rejects.toBeInstanceOf(WrongPassphrase);
    await expect(resetPassphrase(context, slot, typed, PASSPHRASE)).rejects.toBeInstanceOf(WrongRecoveryCode);
  });

  it("is not replaced by a code mistyped or of another slot", async () => {
    const context = { store, clock: clock.read };
    const wrong = ["ABCDE", "ABCDE-ABCDE-ABCDE-ABCDE-ABCDE"];
    for (const code of wrong) {
      await expect(resetPassphrase(context, created.slot.slot, code, PASSPHRASE)).rejects.toBeInstanceOf(
        WrongRecoveryCode,
      );
    }
  });
});

describe("an open slot", () => {
  it("takes another PIN, which the next unlock knows", async () => {
    const context = { store: await freshStore(), clock: clock.read, argon2 };
    await context.store.write(["slots"], async ({ slots }) => slots.put(created.slot));
    const open = await unlockSlot(context, created.slot.slot, PASSPHRASE);
    await changePin(context, open, "2580");
    expect(await isPin("2580", open.pin)).toBe(true);
    const again = await unlockSlot(context, created.slot.slot, PASSPHRASE);
    expect(await isPin("2580", again.pin)).toBe(true);
    await expect(changePin(context, open, "2222")).rejects.toBeInstanceOf(PinWeak);
  });

  it("answers nothing more once dropped", async () => {
    const open = await unlockSlot({ store, clock: clock.read }, created.slot.slot, PASSPHRASE);
    open.drop();
    expect(() => open.signing).toThrow("slot locked");
    expect(() => open.team).toThrow("slot locked");
    expect(() => {
      open.learn({ team: "t", current: 1, byKeyId: new Map() });
    }).toThrow("slot locked");
  });

  it("is unknown when this tablet never had it", async () => {
    await expect(updateSlot(store, randomUuid(), { state: "refused" })).rejects.toBeInstanceOf(SlotUnknown);
  });
});
