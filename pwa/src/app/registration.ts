/** Telling the node about the slots made here, and learning which ones a coordinator confirmed (wire §6). */
import type { Store } from "$lib/store/database";
import type { AccessTokens } from "$lib/sync/access";
import type { ControlApi, SlotStatus } from "$lib/sync/control";
import { readSlots, saveSlotState, slotRegistration, type SlotState } from "$lib/vault/slot";

/** What registration needs of the tablet. */
export interface RegistrationContext {
  readonly store: Store;
  readonly api: ControlApi;
  readonly tokens: AccessTokens;
}

/**
 * Register every slot that waits, and keep what the node answers. Answers whether any slot still waits.
 *
 * The call is idempotent (wire §6): a slot whose registration was cut is simply sent again. Raises a `SyncError`.
 */
export async function registerSlots({ store, api, tokens }: RegistrationContext): Promise<boolean> {
  const pending = (await readSlots(store)).filter(({ state }) => state === "pending");
  let waiting = false;
  for (const slot of pending) {
    const { token } = await tokens.current();
    const state = stateOf(await api.createSlot(token, slotRegistration(slot)));
    if (state === "pending") waiting = true;
    else await saveSlotState(store, slot.slot, state);
  }
  return waiting;
}

/** A slot revoked by the node opens no later key ring: for the tablet it is refused. */
function stateOf({ state }: SlotStatus): SlotState {
  return state === "revoked" ? "refused" : state;
}
