/** A team with one slot, made in the page and kept there, keys included: a reload finds it again. */
import type { TeamKeys } from "$lib/central/keyring";
import { SignerDirectory, type Signer } from "$lib/central/devices";
import {
  exportPublic,
  generateAgreementKeys,
  generateSigningKeys,
  importWrapping,
  thumbprint,
  type KeyWithId,
} from "$lib/crypto/jwk";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import type { Store } from "$lib/store/database";
import { readSetting, writeSetting } from "$lib/store/settings";

/** What seals, signs, opens and verifies. IndexedDB stores it as it is. */
export interface BenchTeam {
  readonly keys: TeamKeys;
  /** Second recipient of every envelope. */
  readonly organization: KeyWithId;
  readonly signing: KeyWithId;
  readonly signer: Signer;
}

const SETTING = "bench.team";

/** Draw a team's keys and keep them in `store`. */
export async function foundTeam(store: Store): Promise<BenchTeam> {
  const team = randomUuid();
  const signing = await generateSigningKeys(false);
  const key = await exportPublic(signing.publicKey);
  const recipient = (await generateAgreementKeys()).publicKey;
  const made: BenchTeam = {
    keys: {
      team,
      current: 1,
      byKeyId: new Map([[`${team}.1`, await importWrapping(randomBytes(32))]]),
    },
    organization: { kid: await thumbprint(await exportPublic(recipient)), key: recipient },
    signing: { kid: await thumbprint(key), key: signing.privateKey },
    signer: {
      device: randomUuid(),
      slot: randomUuid(),
      member: randomUuid(),
      name: "Claire Infirmière",
      profession: "infirmier",
      key,
      status: "active",
    },
  };
  await writeSetting(store, SETTING, made);
  return made;
}

/** The team that {@link foundTeam} left in `store`. */
export async function keptTeam(store: Store): Promise<BenchTeam> {
  return readSetting(store, SETTING, (value) => value as BenchTeam);
}

/** Who signs in the team. */
export async function signersOf(team: BenchTeam): Promise<SignerDirectory> {
  return SignerDirectory.of([team.signer]);
}
