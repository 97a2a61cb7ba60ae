/** Sealing a signed record: compressed, padded, encrypted to the team and to the organisation (wire §3). */
import { utf8 } from "../crypto/bytes";
import { sealGeneral, type Recipients } from "../crypto/jwe";
import { envelopeDocument, ENVELOPE_TYP, type EnvelopeDocument } from "./document";
import { pad } from "./padding";

/** The envelope of the compact `jws`. Raises `RecordTooLarge`. */
export async function seal(jws: string, to: Recipients): Promise<EnvelopeDocument> {
  return envelopeDocument(await sealGeneral(await pad(utf8(jws)), ENVELOPE_TYP, to));
}
