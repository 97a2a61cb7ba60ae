/**
 * Makes `tests/vectors/envelope/*.json`, which this library and the server both hold themselves to.
 *
 * Run `ESCALE_MAKE_VECTORS=1 npx vitest run tests/envelope/vectors.test.ts` in `pwa/`. The keys are kept from one run
 * to the next (delete `keys.json` to draw others); signatures and ciphertexts are random by nature, so that the cases
 * change each time while their names and their failures stay.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { badCases } from "./bad-vectors";
import { SIGNED_AT, VectorAuthor } from "./vector-author";
import { readOrDrawKeys, signingKey, VECTORS, type VectorSigner } from "./vector-keys";
import { FLAT } from "../record/consultation";
import { toBase64url } from "$lib/crypto/bytes";
import { sha256Hex } from "$lib/crypto/digest";
import { randomBytes } from "$lib/crypto/random";
import type { EnvelopeDocument } from "$lib/envelope/document";
import type { RecordPayload } from "$lib/envelope/payload";
import { seal } from "$lib/envelope/seal";
import type { Answers } from "$lib/forms/answers";

/** `good.json`. */
export interface GoodCase {
  readonly name: string;
  readonly document: EnvelopeDocument;
  readonly record: string;
  readonly payload: RecordPayload;
}

/** Write the three files. */
export async function makeVectors(): Promise<void> {
  mkdirSync(VECTORS, { recursive: true });
  const keys = await readOrDrawKeys();
  const author = await VectorAuthor.of(keys);
  write("keys.json", keys);
  write("good.json", { cases: await goodCases(author) });
  write("bad.json", { cases: await badCases(author) });
}

function write(name: string, content: object): void {
  writeFileSync(new URL(name, VECTORS), `${JSON.stringify(content, null, 1)}\n`);
}

async function goodCases(author: VectorAuthor): Promise<GoodCase[]> {
  const [nurse, doctor] = author.keys.signers;
  const make = async (
    name: string,
    payload: RecordPayload,
    signer: VectorSigner = nurse,
    epoch?: number,
  ): Promise<GoodCase> => {
    const jws = await author.signed(payload, await signingKey(signer));
    const document = await seal(jws, await author.recipients(epoch));
    return { name, document, record: await sha256Hex(jws), payload };
  };
  const first = await make("a full consultation, the first of its device", author.payload());
  const next = { sequence: 2, previous: first.record };
  const replaces = { record: first.document._id, reason: "Tension mal saisie : 150 au lieu de 105" };
  const long = { ...FLAT, "conclusion.notes": answer(toBase64url(randomBytes(60_000))) };
  const identityMode = "https://escale.example/fhir/CodeSystem/identity-mode";
  const refused = { "identity.mode": answer({ system: identityMode, code: "refused" }) };
  return [
    first,
    await make("a correction, with its reason", author.payload({ ...next, replaces })),
    await make("an identity refused: no Patient", author.payload(next, nurse, refused)),
    await make(
      "begun by the nurse, signed by the doctor",
      author.payload(next, doctor, vitalsBy(nurse.member)),
      doctor,
    ),
    await make("never an estimated clock", author.payload({ ...next, clock_offset_ms: null })),
    await make("a long record", author.payload(next, nurse, long)),
    await make("an old epoch of the team key", author.payload(), nurse, 1),
  ];
}

function vitalsBy(member: string): Answers {
  return Object.fromEntries(
    Object.entries(FLAT).map(([linkId, each]) => [
      linkId,
      linkId.startsWith("vitals.") ? { ...each, by: member } : each,
    ]),
  );
}

function answer(value: string | { system: string; code: string }): Answers[string] {
  return { kind: "values", values: [value], by: "", at: SIGNED_AT };
}
