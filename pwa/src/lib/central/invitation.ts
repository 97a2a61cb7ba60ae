/** Invitations (wire §4.3): a replacement's access, opened by a code without network. */
import type { CentralDocument } from "./document";
import { CentralError } from "./errors";
import { members, nullable, number, text } from "./json";

/** What the organisation signed of an invitation. Dates are inclusive civil days, `YYYY-MM-DD`. */
export interface Invitation {
  readonly id: string;
  readonly team: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** base64url; of the derivation from the code. */
  readonly salt: string;
  readonly cost: { readonly memory_kib: number; readonly passes: number; readonly lanes: number };
  /** Compact JWE to the key that the code gives; null once the invitation served or ended. */
  readonly sealed: string | null;
}

/** The invitation in a verified `document` of type `invitation`. Raises `CentralError("malformed")`. */
export function readInvitation(document: CentralDocument): Invitation {
  const open = members(document.open);
  const kdf = members(open["kdf"]);
  const id = text(open["invitation"]);
  if (id !== document.key || kdf["name"] !== "argon2id") throw new CentralError("malformed");
  return {
    id,
    team: text(open["team"]),
    validFrom: text(open["valid_from"]),
    validUntil: text(open["valid_until"]),
    salt: text(open["salt"]),
    cost: {
      memory_kib: number(kdf["memory_kib"]),
      passes: number(kdf["passes"]),
      lanes: number(kdf["lanes"]),
    },
    sealed: nullable(open["sealed"], text),
  };
}
