/** Envelopes with one defect each, and the failure that every reader must find in them. */
import type { VectorAuthor } from "./vector-author";
import { signingKey } from "./vector-keys";
import { FORM } from "../record/consultation";
import { toBase64url, utf8, type Bytes } from "$lib/crypto/bytes";
import { sealGeneral, type Recipients } from "$lib/crypto/jwe";
import {
  exportPublic,
  generateAgreementKeys,
  generateSigningKeys,
  importRecipient,
  importSigning,
  importWrapping,
  thumbprint,
} from "$lib/crypto/jwk";
import { signCompact } from "$lib/crypto/jws";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import { deflate } from "$lib/envelope/deflate";
import { envelopeDocument, ENVELOPE_TYP, type EnvelopeDocument } from "$lib/envelope/document";
import type { EnvelopeFailure } from "$lib/envelope/errors";
import { pad } from "$lib/envelope/padding";
import { seal } from "$lib/envelope/seal";
import { RECORD_TYP } from "$lib/envelope/verify";

/** `bad.json`. */
export interface BadCase {
  readonly name: string;
  readonly failure: EnvelopeFailure;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Every bad case of `bad.json`, in the order of the failures. */
export async function badCases(author: VectorAuthor): Promise<BadCase[]> {
  const to = await author.recipients();
  const families = [badDocuments, badSeals, badPadding, badSignatures, badPayloads];
  return (await Promise.all(families.map(async (family) => family(author, to)))).flat();
}

async function badDocuments(author: VectorAuthor, to: Recipients): Promise<BadCase[]> {
  const sound = await seal(await author.signed(author.payload()), to);
  const jwe = JSON.parse(sound.jwe) as Record<string, unknown> & { recipients: unknown[] };
  const other = `e${"0".repeat(64)}`;
  const altered = sound.jwe.replace('"iv":"', '"iv":"A');
  const protectedHeader = (header: object): string => toBase64url(utf8(JSON.stringify(header)));
  const text = async (value: unknown): Promise<EnvelopeDocument> => {
    return envelopeDocument(typeof value === "string" ? value : JSON.stringify(value));
  };
  const shape = { typ: "escale-envelope", enc: "A256GCM", v: 1 };
  return [
    bad("another id", "id-mismatch", { ...sound, _id: other }),
    bad("another revision", "id-mismatch", { ...sound, _rev: `1-${"0".repeat(32)}` }),
    bad("a second generation", "id-mismatch", { ...sound, _rev: sound._rev.replace("1-", "2-") }),
    bad("another text under a sound id", "id-mismatch", { ...sound, jwe: altered }),
    bad("a readable member beside the JWE", "not-an-envelope", { ...sound, title: "Consultation" }),
    bad("a JWE that is an object", "not-an-envelope", { ...sound, jwe }),
    bad("a text that is not JSON", "not-an-envelope", await text("not JSON")),
    bad("additional authenticated data", "not-an-envelope", await text({ ...jwe, aad: "" })),
    bad(
      "recipients in another order",
      "not-an-envelope",
      await text({ ...jwe, recipients: [...jwe.recipients].reverse() }),
    ),
    bad(
      "a third recipient",
      "not-an-envelope",
      await text({ ...jwe, recipients: [...jwe.recipients, jwe.recipients[1]] }),
    ),
    bad("one recipient", "not-an-envelope", await text({ ...jwe, recipients: jwe.recipients.slice(0, 1) })),
    bad(
      "a protected header in another order",
      "not-an-envelope",
      await text({ ...jwe, protected: protectedHeader(shape) }),
    ),
    bad(
      "a protected header that says more",
      "not-an-envelope",
      await text({
        ...jwe,
        protected: protectedHeader({ enc: "A256GCM", typ: "escale-envelope", v: 1, form: "x" }),
      }),
    ),
    bad(
      "another version",
      "not-an-envelope",
      await text({ ...jwe, protected: protectedHeader({ enc: "A256GCM", typ: "escale-envelope", v: 2 }) }),
    ),
  ];
}

async function badSeals(author: VectorAuthor, to: Recipients): Promise<BadCase[]> {
  const jws = await author.signed(author.payload());
  const stranger = await exportPublic((await generateAgreementKeys()).publicKey);
  const foreign: Recipients = {
    reader: { kid: `${randomUuid()}.1`, key: await importWrapping(randomBytes(32)) },
    owner: { kid: await thumbprint(stranger), key: await importRecipient(stranger) },
  };
  const disguised: Recipients = {
    reader: { kid: to.reader.kid, key: foreign.reader.key },
    owner: { kid: to.owner.kid, key: foreign.owner.key },
  };
  const sound = JSON.parse((await seal(jws, to)).jwe) as { ciphertext: string };
  const ciphertext = `${sound.ciphertext.startsWith("A") ? "B" : "A"}${sound.ciphertext.slice(1)}`;
  return [
    bad("sealed to keys of others", "unknown-key", await seal(jws, foreign)),
    bad("sealed to keys of others under our key ids", "decryption-failed", await seal(jws, disguised)),
    bad(
      "an altered ciphertext",
      "decryption-failed",
      await envelopeDocument(JSON.stringify({ ...sound, ciphertext })),
    ),
  ];
}

async function badPadding(author: VectorAuthor, to: Recipients): Promise<BadCase[]> {
  const jws = utf8(await author.signed(author.payload()));
  const deflated = await deflate(jws);
  const sound = await pad(jws);
  const wider = new Uint8Array(64 * 1024);
  wider.set(sound);
  const marked = sound.slice();
  marked[marked.length - 1] = 1;
  const beyond = sound.slice();
  new DataView(beyond.buffer).setUint32(0, beyond.length);
  const damaged = sound.slice();
  damaged.set(new Uint8Array(deflated.length).fill(0xff), 4);
  const bomb = await deflate(new Uint8Array(2 * 1024 * 1024 + 1).fill(0x61));
  const bombPlaintext = new Uint8Array(4096);
  new DataView(bombPlaintext.buffer).setUint32(0, bomb.length);
  bombPlaintext.set(bomb, 4);
  const cases: [string, Bytes][] = [
    ["no length at all", new Uint8Array(3)],
    ["a size that is no class", sound.slice(0, -1)],
    ["a larger class than needed", wider],
    ["a byte that is not zero at the end", marked],
    ["a length beyond the end", beyond],
    ["a stream that is not deflate", damaged],
    ["more than 2 MiB once inflated", bombPlaintext],
  ];
  return Promise.all(
    cases.map(async ([name, plaintext]) => {
      const jwe = await sealGeneral(plaintext, ENVELOPE_TYP, to);
      return bad(name, "bad-padding", await envelopeDocument(jwe));
    }),
  );
}

async function badSignatures(author: VectorAuthor, to: Recipients): Promise<BadCase[]> {
  const jws = await author.signed(author.payload());
  const [header = "", , signature = ""] = jws.split(".");
  const other = toBase64url(utf8(JSON.stringify(author.payload({ visit: randomUuid() }))));
  const [nurse] = author.keys.signers;
  const kid = await thumbprint(nurse.signing_key);
  const strangers = await generateSigningKeys(true);
  const unknown = {
    kid: await thumbprint(await exportPublic(strangers.publicKey)),
    key: strangers.privateKey,
  };
  const none = `${toBase64url(utf8(JSON.stringify({ alg: "none", typ: RECORD_TYP, kid })))}.${other}.`;
  const saying = toBase64url(utf8(JSON.stringify({ alg: "ES256", typ: RECORD_TYP, kid, form: "x" })));
  const sealed = async (text: string): Promise<EnvelopeDocument> => seal(text, to);
  return [
    bad(
      "content exchanged under a sound signature",
      "signature-invalid",
      await sealed(`${header}.${other}.${signature}`),
    ),
    bad(
      "signed by another key under our key id",
      "signature-invalid",
      await sealed(await author.signed(author.payload(), { kid, key: strangers.privateKey })),
    ),
    bad("no algorithm", "signature-invalid", await sealed(none)),
    bad(
      "a protected header that says more than three members",
      "signature-invalid",
      await sealed(`${saying}.${other}.${signature}`),
    ),
    bad(
      "a JWS of another type",
      "signature-invalid",
      await sealed(
        await signCompact(author.payload(), "escale-central+jws", {
          kid,
          key: await importSigning(nurse.signing_key),
        }),
      ),
    ),
    bad("no JWS", "signature-invalid", await sealed("not a JWS")),
    bad(
      "signed by nobody of the team",
      "signer-unknown",
      await sealed(await author.signed(author.payload(), unknown)),
    ),
  ];
}

async function badPayloads(author: VectorAuthor, to: Recipients): Promise<BadCase[]> {
  const [nurse, doctor] = author.keys.signers;
  const sound = author.payload();
  const visitless = Object.fromEntries(Object.entries(sound).filter(([name]) => name !== "visit"));
  const cases: [string, EnvelopeFailure, unknown][] = [
    ["a member missing", "payload-invalid", visitless],
    ["a member too many", "payload-invalid", { ...sound, note: "x" }],
    ["another version of the payload", "payload-invalid", { ...sound, v: 2 }],
    ["another kind", "payload-invalid", { ...sound, kind: "manifest" }],
    ["an identifier in upper case", "payload-invalid", { ...sound, visit: sound.visit.toUpperCase() }],
    ["a sequence of zero", "payload-invalid", { ...sound, sequence: 0 }],
    ["a sequence that is not whole", "payload-invalid", { ...sound, sequence: 1.5 }],
    ["a second record without a previous one", "payload-invalid", { ...sound, sequence: 2 }],
    ["a first record with a previous one", "payload-invalid", { ...sound, previous: "a".repeat(64) }],
    ["an instant without offset", "payload-invalid", { ...sound, signed_at: "2026-11-23T10:12:30.456" }],
    [
      "a correction without a reason",
      "payload-invalid",
      { ...sound, replaces: { record: `e${"a".repeat(64)}`, reason: "" } },
    ],
    [
      "a form without its digest",
      "payload-invalid",
      { ...sound, form: { url: FORM.url, version: FORM.version } },
    ],
    ["the character U+0000", "payload-invalid", { ...sound, evaluator: "\u0000" }],
    ["a list", "payload-invalid", [sound]],
    ["a colleague's content under another member", "signer-mismatch", { ...sound, member: doctor.member }],
    ["a colleague's content under another slot", "signer-mismatch", { ...sound, slot: doctor.slot }],
    ["a colleague's content under another device", "signer-mismatch", { ...sound, device: randomUuid() }],
    ["another team", "team-mismatch", { ...sound, team: randomUuid() }],
  ];
  const by = await signingKey(nurse);
  return Promise.all(
    cases.map(async ([name, failure, payload]) => {
      return bad(name, failure, await seal(await signCompact(payload, RECORD_TYP, by), to));
    }),
  );
}

function bad(name: string, failure: EnvelopeFailure, document: object): BadCase {
  return { name, failure, document: document as Record<string, unknown> };
}
