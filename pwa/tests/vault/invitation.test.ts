import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HandClock, freshStore } from "../store/fresh";
import { Organization } from "../central/organization";
import { readInvitation, type Invitation } from "$lib/central/invitation";
import { importVerifying, generateSigningKeys, exportPrivate, exportPublic } from "$lib/crypto/jwk";
import { fromUtf8, toBase64url, utf8 } from "$lib/crypto/bytes";
import { sealCompact } from "$lib/crypto/jwe";
import { verifyCompact } from "$lib/crypto/jws";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import type { Store } from "$lib/store/database";
import { createSlot } from "$lib/vault/create";
import { keyFromPassphrase } from "$lib/vault/derivation";
import { AccessEnded, AccessNotBegun, AttemptDelayed, WrongInvitationCode } from "$lib/vault/errors";
import { openInvitation, readInvitationCode, type OpenedInvitation } from "$lib/vault/invitation";
import { slotRegistration } from "$lib/vault/slot";
import { unlockSlot } from "$lib/vault/unlock";

const CODE = "ECRW4KD89ABM";
const PASSPHRASE = "Une tasse de thé à 9 h !";
const MEMBER = { id: randomUuid(), name: "Dr Sacha Fictif", profession: "médecin" };
/** What is tested does not depend on how long the derivation takes. */
const cost = { memory_kib: 64, passes: 1, lanes: 1 };

let organization: Organization;
let invitation: Invitation;
let invitationKey: CryptoKey;
let store: Store;
const clock = new HandClock();

beforeAll(async () => {
  organization = await Organization.found(2);
  const keys = await generateSigningKeys(true);
  invitationKey = await importVerifying(await exportPublic(keys.publicKey));
  const id = randomUuid();
  const salt = toBase64url(randomBytes(16));
  const content = {
    invitation: id,
    slot: randomUuid(),
    member: MEMBER,
    epochs: organization.ring(),
    current: 2,
    key: await exportPrivate(keys.privateKey),
  };
  const key = await keyFromPassphrase(CODE, { salt, ...cost });
  const open = {
    invitation: id,
    team: organization.team,
    valid_from: "2026-11-24",
    valid_until: "2026-11-25",
    salt,
    kdf: { name: "argon2id", ...cost },
    sealed: await sealCompact(utf8(JSON.stringify(content)), "JWE", { kid: id, key }),
  };
  invitation = readInvitation({
    id: "c",
    type: "invitation",
    key: id,
    issued_at: "2026-11-23T20:00:00+01:00",
    open,
    sealed: null,
  });
});

beforeEach(async () => {
  store = await freshStore();
  clock.now_ms = Date.parse("2026-11-24T08:00:00");
});

function open(typed: string): Promise<OpenedInvitation> {
  return openInvitation({ store, clock: clock.read }, [invitation], typed);
}

describe("a code", () => {
  it.each(["ECRW-4KD8-9ABM", "ecrw 4kd8 9abm", " ecrw4kd89abm\n"])(
    "is read as people type it: %j",
    (typed) => {
      expect(readInvitationCode(typed)).toBe(CODE);
    },
  );

  it("takes letters that look like digits for them", () => {
    expect(readInvitationCode("OILO-OILO-OILO")).toBe("011001100110");
  });

  it.each(["", "ECRW-4KD8", "ECRW-4KD8-9ABM-X", "ECRW-4KD8-9AB!"])("is none when it is %j", (typed) => {
    expect(readInvitationCode(typed)).toBeNull();
  });
});

describe("an invitation", () => {
  it("opens with its code, without any network", async () => {
    const opened = await open("ecrw-4kd8-9abm");
    expect(opened.member).toEqual(MEMBER);
    expect(opened.ring.current).toBe(2);
  });

  it("does not open with another code, and slows down after a few", async () => {
    for (let tries = 0; tries < 3; tries += 1)
      await expect(open("AAAA-AAAA-AAAA")).rejects.toBeInstanceOf(WrongInvitationCode);
    await expect(open(CODE)).rejects.toBeInstanceOf(AttemptDelayed);
    clock.advance(6);
    await expect(open(CODE)).resolves.toBeDefined();
  });

  it("does not count a code that cannot be one", async () => {
    for (let tries = 0; tries < 8; tries += 1)
      await expect(open("rien")).rejects.toBeInstanceOf(WrongInvitationCode);
    await expect(open(CODE)).resolves.toBeDefined();
  });

  it.each([
    ["2026-11-23T23:59:00", AccessNotBegun],
    ["2026-11-26T00:00:00", AccessEnded],
  ])("refuses at %s, by the tablet's own day", async (at, refusal) => {
    clock.now_ms = Date.parse(at);
    await expect(open(CODE)).rejects.toBeInstanceOf(refusal);
  });

  it("that served opens nothing", async () => {
    const used = { ...invitation, sealed: null };
    await expect(openInvitation({ store, clock: clock.read }, [used], CODE)).rejects.toBeInstanceOf(
      WrongInvitationCode,
    );
  });
});

describe("the slot it makes", () => {
  async function make(): ReturnType<typeof createSlot> {
    const request = { member: MEMBER.id, passphrase: PASSPHRASE, pin: "4071", invitation: await open(CODE) };
    return createSlot({ store, clock: clock.read, argon2: cost }, randomUuid(), request);
  }

  it("has the team's keys at once, and again from its vault", async () => {
    const { slot, open: made } = await make();
    const again = await unlockSlot({ store, clock: clock.read }, slot.slot, PASSPHRASE);
    for (const holder of [made, again]) {
      expect(holder.team?.current).toBe(2);
      expect([...(holder.team?.byKeyId.keys() ?? [])]).toEqual([
        `${organization.team}.1`,
        `${organization.team}.2`,
      ]);
    }
  });

  it("is registered with a proof for its own key only, and keeps nothing that opens anything", async () => {
    const { slot } = await make();
    const registration = slotRegistration(slot);
    const claims = JSON.parse(
      fromUtf8(
        await verifyCompact(registration.invitation?.proof ?? "", "escale-invitation+jws", invitationKey),
      ),
    );
    expect(claims).toEqual({
      invitation: invitation.id,
      slot: slot.slot,
      signing_thumbprint: slot.signing_kid,
    });
    expect(JSON.stringify(slot)).not.toMatch(/"(d|k)":/);
  });

  it("no longer opens once its last day is over", async () => {
    const { slot } = await make();
    clock.now_ms = Date.parse("2026-11-26T00:00:01");
    await expect(unlockSlot({ store, clock: clock.read }, slot.slot, PASSPHRASE)).rejects.toBeInstanceOf(
      AccessEnded,
    );
  });
});
