/** Writes the payloads of the envelope vectors, signs them, and knows to whom they are sealed. */
import { signingKey, type VectorKeys, type VectorSigner } from "./vector-keys";
import { FLAT, FORM, FORM_TEXT } from "../record/consultation";
import { sha256Hex } from "$lib/crypto/digest";
import type { Recipients } from "$lib/crypto/jwe";
import { importOctets, importRecipient, thumbprint, type KeyWithId } from "$lib/crypto/jwk";
import { signCompact } from "$lib/crypto/jws";
import { randomUuid } from "$lib/crypto/random";
import type { RecordPayload } from "$lib/envelope/payload";
import { RECORD_TYP } from "$lib/envelope/verify";
import type { Answers } from "$lib/forms/answers";
import { toQuestionnaireResponse } from "$lib/forms/response";
import { recordBundle } from "$lib/record/bundle";
import { identityOf, sharingAgreement } from "$lib/record/identity";

/** When every record of the vectors was signed. */
export const SIGNED_AT = "2026-11-23T10:12:30.456+01:00";

export class VectorAuthor {
  private constructor(
    readonly keys: VectorKeys,
    private readonly formDigest: string,
  ) {}

  static async of(keys: VectorKeys): Promise<VectorAuthor> {
    return new VectorAuthor(keys, await sha256Hex(FORM_TEXT));
  }

  /** The team at `epoch`, and the organisation. */
  async recipients(epoch = this.keys.team_keys.length): Promise<Recipients> {
    const team = this.keys.team_keys[epoch - 1];
    if (team === undefined) throw new Error(`no epoch ${epoch}`);
    const organization = this.keys.organization.encryption_key;
    return {
      reader: { kid: team.kid, key: await importOctets(team) },
      owner: { kid: await thumbprint(organization), key: await importRecipient(organization) },
    };
  }

  /** A sound payload of `signer`; `changes` replace its members. Answers of nobody known are the signer's. */
  payload(
    changes: Partial<RecordPayload> = {},
    signer: VectorSigner = this.keys.signers[0],
    answers: Answers = FLAT,
  ): RecordPayload {
    const visit = randomUuid();
    const own: Answers = Object.fromEntries(
      Object.entries(answers).map(([linkId, each]) => {
        const known = this.keys.signers.some(({ member }) => member === each.by);
        return [linkId, known ? each : { ...each, by: signer.member }];
      }),
    );
    const others = [...new Set(Object.values(own).map(({ by }) => by))].filter((by) => by !== signer.member);
    const response = toQuestionnaireResponse(FORM, own, {
      author: signer.member,
      authored: SIGNED_AT,
      status: (changes.replaces ?? null) === null ? "completed" : "amended",
    });
    const content = recordBundle(
      {
        identity: identityOf(own),
        visit,
        period: { start: "2026-11-23T09:58:00.000+01:00", end: SIGNED_AT },
        stop: "Belmont-de-la-Loire, place de l’église",
        response,
        sharing: sharingAgreement(own),
        signer: signer.member,
        enterers: others,
        signed_at: SIGNED_AT,
      },
      randomUuid,
    );
    const { device, slot, member } = signer;
    return {
      v: 1,
      kind: "record",
      organization: this.keys.organization.id,
      campaign: randomUuid(),
      team: this.keys.team,
      stop: randomUuid(),
      visit,
      device,
      slot,
      member,
      sequence: 1,
      previous: null,
      signed_at: SIGNED_AT,
      clock_offset_ms: -1200,
      form: { url: FORM.url, version: FORM.version, digest: this.formDigest },
      evaluator: "escale-pwa/0.1.0 fhirpath.js/5.2.2",
      replaces: null,
      content,
      ...changes,
    };
  }

  /** `payload` signed, by the first signer unless told otherwise. */
  async signed(payload: unknown, by?: KeyWithId): Promise<string> {
    return signCompact(payload, RECORD_TYP, by ?? (await signingKey(this.keys.signers[0])));
  }
}
