/** The slots of this tablet as signers: their records are readable here before central published their keys. */
import type { Signer } from "../central/devices";
import type { Store } from "../store/database";
import { memberOf, type Enrolment } from "../store/device";
import { readSlots } from "../vault/slot";

/** Every slot of this tablet whose member the enrolment knows. */
export async function ownSigners(store: Store, enrolment: Enrolment): Promise<readonly Signer[]> {
  const slots = await readSlots(store);
  return slots.flatMap(({ slot, member, device, signing_key: key, state: status }) => {
    const known = memberOf(enrolment, member);
    return known === null
      ? []
      : [{ device, slot, member, name: known.name, profession: known.profession, key, status }];
  });
}
