/**
 * The seal of a draft: to the team key, so that a teammate can take it over, and to the organisation key, so that a
 * forgotten passphrase loses none (design.md, "Keys").
 */
import { currentTeamKey, type TeamKeys } from "../central/keyring";
import { fromUtf8, utf8 } from "../crypto/bytes";
import { CryptoError } from "../crypto/errors";
import { openGeneral, parseGeneral, sealGeneral } from "../crypto/jwe";
import type { KeyWithId } from "../crypto/jwk";
import { EnvelopeError } from "../envelope/errors";
import { pad, unpad } from "../envelope/padding";
import type { DraftRow } from "../store/schema";
import type { Draft } from "./draft";
import { DraftUnreadable } from "./errors";

const TYP = "escale-draft+jwe";

/** The keys drafts are sealed to and opened with. */
export interface DraftKeys {
  readonly team: TeamKeys;
  readonly organization: KeyWithId;
}

/** `draft` as one string. Raises `RecordTooLarge`. */
export async function sealDraft(draft: Draft, keys: DraftKeys): Promise<string> {
  const plaintext = await pad(utf8(JSON.stringify(draft)));
  return sealGeneral(plaintext, TYP, { reader: currentTeamKey(keys.team), owner: keys.organization });
}

/** The draft in `row`. Raises {@link DraftUnreadable}. */
export async function openDraft(row: DraftRow, team: TeamKeys): Promise<Draft> {
  try {
    const jwe = parseGeneral(row.jwe, TYP);
    const key = team.byKeyId.get(jwe.recipients[0].header.kid);
    if (key === undefined) throw new DraftUnreadable(row.id);
    const plaintext = await openGeneral(jwe, jwe.recipients[0], key);
    return JSON.parse(fromUtf8(await unpad(plaintext))) as Draft;
  } catch (error) {
    if (error instanceof CryptoError || error instanceof EnvelopeError)
      throw new DraftUnreadable(row.id, error);
    throw error;
  }
}
