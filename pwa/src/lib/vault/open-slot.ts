/** A slot whose keys are in memory: what signs, what opens, and the team keys learnt from the key ring. */
import type { TeamKeys } from "../central/keyring";
import type { KeyWithId } from "../crypto/jwk";
import type { PinVerifier } from "./pin";
import { SlotLocked } from "./errors";

/** The keys that come out of a vault. */
export interface VaultKeys {
  readonly signing: KeyWithId;
  readonly agreement: KeyWithId;
  readonly vault: CryptoKey;
  readonly pin: PinVerifier;
  /** The team's keys that the vault itself holds; null of most slots. */
  readonly team?: TeamKeys | null;
}

/** One open slot. Dropping it is the only way to forget its keys: nothing else may keep them. */
export class OpenSlot {
  #keys: VaultKeys | null;
  #team: TeamKeys | null = null;

  constructor(
    readonly slot: string,
    readonly member: string,
    keys: VaultKeys,
  ) {
    this.#keys = keys;
    this.#team = keys.team ?? null;
  }

  /** Signs this member's records. Raises {@link SlotLocked} once dropped. */
  get signing(): KeyWithId {
    return this.keys.signing;
  }

  /** Opens the key ring. */
  get agreement(): KeyWithId {
    return this.keys.agreement;
  }

  /** Opens and seals the slot's own vault. */
  get vault(): CryptoKey {
    return this.keys.vault;
  }

  /** Recognises the PIN. */
  get pin(): PinVerifier {
    return this.keys.pin;
  }

  /** The team's keys, or `null` until a key ring for this slot was read or an invitation gave them. */
  get team(): TeamKeys | null {
    if (this.#keys === null) throw new SlotLocked();
    return this.#team;
  }

  /** Keep what a key ring taught. */
  learn(team: TeamKeys): void {
    if (this.#keys === null) throw new SlotLocked();
    this.#team = team;
  }

  /** Recognise another PIN from now on. */
  replacePin(pin: PinVerifier): void {
    this.#keys = { ...this.keys, pin };
  }

  /** Forget every key. */
  drop(): void {
    this.#keys = null;
    this.#team = null;
  }

  private get keys(): VaultKeys {
    if (this.#keys === null) throw new SlotLocked();
    return this.#keys;
  }
}
