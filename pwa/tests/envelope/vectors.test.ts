import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { BadCase } from "./bad-vectors";
import { makeVectors, type GoodCase } from "./make-vectors";
import { VECTORS, type VectorKeys } from "./vector-keys";
import { SignerDirectory } from "$lib/central/devices";
import { fromUtf8 } from "$lib/crypto/bytes";
import { openGeneral, parseGeneral } from "$lib/crypto/jwe";
import { importAgreement, importOctets, publicPart, thumbprint, type PrivateJwk } from "$lib/crypto/jwk";
import { envelopeDocument, ENVELOPE_TYP } from "$lib/envelope/document";
import { EnvelopeError } from "$lib/envelope/errors";
import { openEnvelope, type OwnSlot } from "$lib/envelope/open";
import { unpad } from "$lib/envelope/padding";
import { verifyEnvelope, type VerifiedEnvelope } from "$lib/envelope/verify";

if (process.env["ESCALE_MAKE_VECTORS"] === "1") await makeVectors();

const keys = read<VectorKeys>("keys.json");
const { cases: good } = read<{ cases: GoodCase[] }>("good.json");
const { cases: bad } = read<{ cases: BadCase[] }>("bad.json");
const { cases: restricted } = read<{ cases: GoodCase[] }>("restricted.json");
const mismatched = read<{ cases: BadCase[] }>("bad-notices.json").cases.filter(
  ({ failure }) => failure === "restriction-mismatch",
);
const { agreement_keys } = read<{ agreement_keys: Record<string, PrivateJwk> }>("slots.json");
const { cases: notices } = read<{ cases: GoodCase[] }>("notices.json");
const badNotices = read<{ cases: BadCase[] }>("bad-notices.json").cases.filter(
  ({ failure }) => failure === "payload-invalid",
);

let teamKeys: ReadonlyMap<string, CryptoKey>;
let signers: SignerDirectory;
let slots: readonly OwnSlot[];

beforeAll(async () => {
  teamKeys = new Map(
    await Promise.all(keys.team_keys.map(async (jwk) => [jwk.kid, await importOctets(jwk)] as const)),
  );
  slots = await Promise.all(
    Object.entries(agreement_keys).map(async ([slot, jwk]) => ({
      slot,
      agreement: { kid: await thumbprint(jwk), key: await importAgreement(jwk) },
    })),
  );
  signers = await SignerDirectory.of(
    keys.signers.map(({ signing_key, ...signer }) => {
      return { ...signer, key: publicPart(signing_key), status: "confirmed" };
    }),
  );
});

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf-8")) as T;
}

async function believed(document: unknown, own?: OwnSlot): Promise<VerifiedEnvelope> {
  return verifyEnvelope(await openEnvelope(document, teamKeys, own), signers, keys.team);
}

/** Read by whichever slot it opens for: the one it is sealed to, or any when it is sealed to the team. */
async function believedBySomebody(document: unknown): Promise<VerifiedEnvelope> {
  const readings = await Promise.allSettled(slots.map((own) => believed(document, own)));
  const told = readings.find((reading) => reading.status === "fulfilled" || !isConfidential(reading.reason));
  if (told?.status === "fulfilled") return told.value;
  throw told?.reason;
}

function isConfidential(reason: unknown): boolean {
  return reason instanceof EnvelopeError && reason.code === "confidential";
}

describe("what is under secrecy", () => {
  it.each(restricted)("opens for its author alone: $name", async ({ document, record, payload }) => {
    const author = slots.find(({ slot }) => slot === payload.slot);
    const verified = await believed(document, author);
    expect(verified.record).toBe(record);
    expect(verified.payload).toEqual(payload);
    const colleague = slots.find(({ slot }) => slot !== payload.slot);
    await expect(believed(document, colleague)).rejects.toMatchObject({ code: "confidential" });
    await expect(believed(document)).rejects.toMatchObject({ code: "confidential" });
  });

  it.each(mismatched)("is sealed as it is signed: $name", async ({ document }) => {
    await expect(believedBySomebody(document)).rejects.toMatchObject({ code: "restriction-mismatch" });
  });
});

describe("a good envelope", () => {
  it.each([...good, ...notices])("opens for the team: $name", async ({ document, record, payload }) => {
    const verified = await believed(document);
    expect(verified.record).toBe(record);
    expect(verified.payload).toEqual(payload);
    expect(verified.envelope).toBe(document._id);
    expect(verified.signer.member).toBe(payload.member);
  });

  it("opens for the organisation too", async () => {
    const [first] = good;
    const key = await importAgreement(keys.organization.encryption_key);
    const jwe = parseGeneral(first?.document.jwe ?? "", ENVELOPE_TYP);
    const jws = fromUtf8(await unpad(await openGeneral(jwe, jwe.recipients[1], key)));
    expect(jws.split(".")).toHaveLength(3);
  });
});

describe("a bad envelope", () => {
  it.each([...bad, ...badNotices])("is refused as $failure: $name", async ({ document, failure }) => {
    await expect(believed(document)).rejects.toMatchObject({ name: "EnvelopeError", code: failure });
  });

  it("is refused beyond 400,000 characters", async () => {
    const document = await envelopeDocument("x".repeat(400_001));
    await expect(believed(document)).rejects.toMatchObject({ code: "not-an-envelope" });
  });

  it("is refused when it is nothing of the kind", async () => {
    for (const document of [null, 7, {}, { _id: "c", _rev: "1-a", jwe: "" }]) {
      await expect(believed(document)).rejects.toMatchObject({ code: "not-an-envelope" });
    }
  });
});
