/**
 * Refusals of the vault.
 *
 * ```
 * VaultError
 * ├── PassphraseWeak        the rules of `passphrase.ts` are not met
 * ├── PinWeak               not 4 to 6 digits, or a trivial one
 * ├── AttemptDelayed        too soon after a wrong passphrase; `wait_s` seconds to go
 * ├── WrongPassphrase       `wait_s` before the next try counts
 * ├── WrongRecoveryCode     mistyped, or of another slot
 * ├── WrongInvitationCode   no invitation here has it; `wait_s` before the next try counts
 * ├── InvitationUsed        its slot is on this tablet already
 * ├── AccessNotBegun        an invitation for later: `day` is the first
 * ├── AccessEnded           an invitation that is over: `day` was the last
 * ├── WrongPin              `left` tries before the full lock
 * ├── SlotLocked            keys are no longer in memory: the passphrase is asked
 * ├── SlotUnknown           no such slot on this tablet
 * └── VaultDamaged          the passphrase was right and the vault does not open: kept, reported, never erased
 * ```
 */
import type { PassphraseDefect } from "./passphrase";
import type { PinDefect } from "./pin";

/** Any refusal of the vault. */
export class VaultError extends Error {
  override readonly name: string = "VaultError";
}

/** The passphrase does not meet the rules. */
export class PassphraseWeak extends VaultError {
  override readonly name = "PassphraseWeak";
  constructor(readonly defect: PassphraseDefect) {
    super(`passphrase weak: ${defect}`);
  }
}

/** The PIN does not meet the rules. */
export class PinWeak extends VaultError {
  override readonly name = "PinWeak";
  constructor(readonly defect: PinDefect) {
    super(`pin weak: ${defect}`);
  }
}

/** A try refused before it was looked at: the delay of the last wrong one is not over. */
export class AttemptDelayed extends VaultError {
  override readonly name = "AttemptDelayed";
  constructor(readonly wait_s: number) {
    super("attempt delayed");
  }
}

/** The passphrase opens nothing here. */
export class WrongPassphrase extends VaultError {
  override readonly name = "WrongPassphrase";
  constructor(readonly wait_s: number) {
    super("wrong passphrase");
  }
}

/** The recovery code opens nothing here. */
export class WrongRecoveryCode extends VaultError {
  override readonly name = "WrongRecoveryCode";
  constructor() {
    super("wrong recovery code");
  }
}

/** No invitation on this tablet has this code. */
export class WrongInvitationCode extends VaultError {
  override readonly name = "WrongInvitationCode";
  constructor(readonly wait_s: number) {
    super("wrong invitation code");
  }
}

/** The invitation's slot was made on this tablet already: it opens with its passphrase. */
export class InvitationUsed extends VaultError {
  override readonly name = "InvitationUsed";
  constructor() {
    super("invitation used");
  }
}

/** The access is for later; `day`: `YYYY-MM-DD`. */
export class AccessNotBegun extends VaultError {
  override readonly name = "AccessNotBegun";
  constructor(readonly day: string) {
    super("access not begun");
  }
}

/** The access is over; `day`: `YYYY-MM-DD`. */
export class AccessEnded extends VaultError {
  override readonly name = "AccessEnded";
  constructor(readonly day: string) {
    super("access ended");
  }
}

/** The PIN is not the one; after the last try every key is dropped. */
export class WrongPin extends VaultError {
  override readonly name = "WrongPin";
  constructor(readonly left: number) {
    super("wrong pin");
  }
}

/** The slot's keys are not in memory. */
export class SlotLocked extends VaultError {
  override readonly name = "SlotLocked";
  constructor() {
    super("slot locked");
  }
}

/** No such slot on this tablet. */
export class SlotUnknown extends VaultError {
  override readonly name = "SlotUnknown";
  constructor() {
    super("slot unknown");
  }
}

/** What is stored of the slot does not open with the right secret. */
export class VaultDamaged extends VaultError {
  override readonly name = "VaultDamaged";
  constructor(cause?: unknown) {
    super("vault damaged", { cause });
  }
}
