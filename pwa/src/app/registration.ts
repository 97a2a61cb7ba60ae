/** Telling the node about the slots made here, and learning which ones a coordinator confirmed (wire §6). */
import type { Store } from "$lib/store/database";
import type { AccessTokens } from "$lib/sync/access";
import type { ControlApi, SlotStatus } from "$lib/sync/control";
import { NodeRefusal } from "$lib/sync/errors";
import { readSlots, saveSlotState, slotRegistration, type Slot, type SlotState } from "$lib/vault/slot";

const REFUSED: ReadonlySet<string> = new Set(["invitation-unknown", "slot-taken"]);

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
    const state = await asked({ api, tokens }, slot);
    if (state === "pending") waiting = true;
    else await saveSlotState(store, slot.slot, state);
  }
  return waiting;
}

/** A slot that another tablet made of the same invitation, or of an invitation that is none, is refused for good. */
async function asked(
  { api, tokens }: Pick<RegistrationContext, "api" | "tokens">,
  slot: Slot,
): Promise<SlotState> {
  try {
    return stateOf(await tokens.spend((token) => api.createSlot(token, slotRegistration(slot))));
  } catch (error) {
    const refused = error instanceof NodeRefusal && REFUSED.has(error.code);
    if (refused && slot.invitation !== undefined) return "refused";
    throw error;
  }
}

/** A slot revoked by the node opens no later key ring: for the tablet it is refused. */
function stateOf({ state }: SlotStatus): SlotState {
  return state === "revoked" ? "refused" : state;
}
