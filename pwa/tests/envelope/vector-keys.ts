/** The keys of the envelope vectors: for tests only, published with the source, kept from one run to the next. */
import { existsSync, readFileSync } from "node:fs";
import { toBase64url } from "$lib/crypto/bytes";
import {
  exportPrivate,
  generateAgreementKeys,
  generateSigningKeys,
  importSigning,
  thumbprint,
  type KeyWithId,
  type OctetJwk,
  type PrivateJwk,
} from "$lib/crypto/jwk";
import { randomBytes, randomUuid } from "$lib/crypto/random";

/** Where the vectors are. */
export const VECTORS = new URL("../../../tests/vectors/envelope/", import.meta.url);

/** Someone who signs in the vectors, private key included. */
export interface VectorSigner {
  readonly device: string;
  readonly slot: string;
  readonly member: string;
  readonly name: string;
  readonly profession: string;
  readonly signing_key: PrivateJwk;
}

/** `keys.json`: for tests only, published with the source. */
export interface VectorKeys {
  readonly warning: string;
  readonly organization: { readonly id: string; readonly encryption_key: PrivateJwk };
  readonly team: string;
  readonly team_keys: readonly OctetJwk[];
  readonly signers: readonly [VectorSigner, VectorSigner];
}

/** The keys of `keys.json`, drawn now when there is no such file. */
export async function readOrDrawKeys(): Promise<VectorKeys> {
  const file = new URL("keys.json", VECTORS);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf-8")) as VectorKeys;
  const team = randomUuid();
  const device = randomUuid();
  const signer = async (name: string, profession: string): Promise<VectorSigner> => {
    const signing_key = await exportPrivate((await generateSigningKeys(true)).privateKey);
    return { device, slot: randomUuid(), member: randomUuid(), name, profession, signing_key };
  };
  return {
    warning: "TEST ONLY. These keys are public: whatever is sealed or signed with them is not protected.",
    organization: {
      id: randomUuid(),
      encryption_key: await exportPrivate((await generateAgreementKeys()).privateKey),
    },
    team,
    team_keys: [1, 2].map((epoch) => ({
      kty: "oct",
      k: toBase64url(randomBytes(32)),
      kid: `${team}.${epoch}`,
    })),
    signers: [await signer("Claire Infirmière", "infirmier"), await signer("Dr Paul Martin", "medecin")],
  };
}

/** The key that `signer` signs with. */
export async function signingKey({ signing_key }: VectorSigner): Promise<KeyWithId> {
  return { kid: await thumbprint(signing_key), key: await importSigning(signing_key) };
}
