/** An organisation of the tests: it signs central documents and holds one team's keys, as the server would. */
import { utf8, toBase64url } from "$lib/crypto/bytes";
import { sealCompact } from "$lib/crypto/jwe";
import {
  exportPublic,
  generateAgreementKeys,
  generateSigningKeys,
  importRecipient,
  importWrapping,
  thumbprint,
  type KeyWithId,
  type OctetJwk,
  type PublicJwk,
} from "$lib/crypto/jwk";
import { signCompact } from "$lib/crypto/jws";
import { randomBytes, randomUuid } from "$lib/crypto/random";
import { centralId, type CentralType, type SignedDocument } from "$lib/central/document";
import type { TeamKeys } from "$lib/central/keyring";

/** Members of a central payload that a test may falsify. */
export interface Payload {
  readonly v?: number;
  readonly type: string;
  readonly key: string;
  readonly database?: string;
  readonly open?: unknown;
  readonly sealed?: string | null;
}

/** What central knows of a slot when it publishes its device. */
export interface PublishedSlot {
  readonly device: string;
  readonly slot: string;
  readonly member: string;
  readonly name: string;
  readonly key: PublicJwk;
}

export class Organization {
  readonly id = randomUuid();
  readonly team = randomUuid();
  readonly campaign = randomUuid();
  readonly database = `t${"0123456789abcdef".repeat(2)}`;

  private constructor(
    readonly signing: KeyWithId,
    readonly signingKey: PublicJwk,
    readonly encryption: KeyWithId,
    readonly encryptionKey: PublicJwk,
    readonly encryptionPrivate: CryptoKey,
    private readonly octets: ReadonlyMap<number, Uint8Array<ArrayBuffer>>,
  ) {}

  /** An organisation whose team went through `epochs` epochs. */
  static async found(epochs = 1): Promise<Organization> {
    const signing = await generateSigningKeys(true);
    const encryption = await generateAgreementKeys();
    const signingKey = await exportPublic(signing.publicKey);
    const encryptionKey = await exportPublic(encryption.publicKey);
    return new Organization(
      { kid: await thumbprint(signingKey), key: signing.privateKey },
      signingKey,
      { kid: await thumbprint(encryptionKey), key: await importRecipient(encryptionKey) },
      encryptionKey,
      encryption.privateKey,
      new Map(Array.from({ length: epochs }, (_, index) => [index + 1, randomBytes(32)])),
    );
  }

  /** The team's keys, as a key ring gives them to a slot. */
  async teamKeys(): Promise<TeamKeys> {
    const keys = [...this.octets].map(async ([epoch, raw]): Promise<[string, CryptoKey]> => [
      `${this.team}.${epoch}`,
      await importWrapping(raw),
    ]);
    return { team: this.team, current: this.octets.size, byKeyId: new Map(await Promise.all(keys)) };
  }

  /** The team's keys as an invitation holds them. */
  ring(): Record<string, OctetJwk> {
    const epochs = [...this.octets].map(([epoch, raw]): [string, OctetJwk] => [
      String(epoch),
      { kty: "oct", k: toBase64url(raw), kid: `${this.team}.${epoch}` },
    ]);
    return Object.fromEntries(epochs);
  }

  /** A central document of `type` and `key`. */
  async document(type: CentralType, key: string, payload: Partial<Payload> = {}): Promise<SignedDocument> {
    return { _id: await centralId(type, key), jws: await this.sign({ type, key, ...payload }) };
  }

  /** The JWS of a central payload, sound unless `payload` says otherwise. */
  async sign(payload: Payload, by: KeyWithId = this.signing): Promise<string> {
    const whole = {
      v: 1,
      database: this.database,
      issued_at: "2026-11-23T09:00:00.000+01:00",
      open: null,
      sealed: null,
      ...payload,
    };
    return signCompact(whole, "escale-central+jws", by);
  }

  /** `plaintext` sealed to the team's current key. */
  async sealed(plaintext: unknown, epoch = this.octets.size): Promise<string> {
    const key = await importWrapping(this.octetsOf(epoch));
    return sealCompact(utf8(JSON.stringify(plaintext)), "JWE", { kid: `${this.team}.${epoch}`, key });
  }

  /** The key ring of `slot`. */
  async keyring(slot: string, device: string, agreement: PublicJwk): Promise<SignedDocument> {
    const to = { kid: await thumbprint(agreement), key: await importRecipient(agreement) };
    const epochs: Record<string, string> = {};
    for (const [epoch, raw] of this.octets) {
      const jwk = { kty: "oct", k: toBase64url(raw), kid: `${this.team}.${epoch}` };
      epochs[String(epoch)] = await sealCompact(utf8(JSON.stringify(jwk)), "JWE", to);
    }
    const open = { slot, device, team: this.team, epochs, current: this.octets.size };
    return this.document("keyring", slot, { open });
  }

  /** The device document that publishes `slots`, all of one device. */
  async device(device: string, slots: readonly PublishedSlot[]): Promise<SignedDocument> {
    const published = slots.map(({ slot, member, name, key }) => {
      return { slot, member, name, profession: "infirmier", signing_key: key, status: "confirmed" };
    });
    return this.document("device", device, {
      open: { device, team: this.team, status: "active", key: this.signingKey },
      sealed: await this.sealed({ label: "Tablette 1", slots: published }),
    });
  }

  /** A receipt; `changes` replace members of its open part. */
  async receipt(
    envelope: string,
    record: string | null,
    changes: Record<string, unknown> = {},
    message: object | null = null,
  ): Promise<SignedDocument> {
    const at = "2026-11-23T10:00:00.000+01:00";
    const open = { envelope, record, state: "integrated", turn: null, reasons: [], at, ...changes };
    return this.document("receipt", envelope, { open, sealed: message && (await this.sealed(message)) });
  }

  private octetsOf(epoch: number): Uint8Array<ArrayBuffer> {
    const raw = this.octets.get(epoch);
    if (raw === undefined) throw new Error(`no epoch ${epoch}`);
    return raw;
  }
}
