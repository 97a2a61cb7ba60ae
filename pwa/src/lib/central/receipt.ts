/** Receipts: what central says became of an envelope. */
import { openSealed, type CentralDocument, type TeamKeysById } from "./document";
import { list, members, nullable, oneOf, text } from "./json";

/** What became of the envelope (wire §4). */
export type ReceiptState = "received" | "integrated" | "to_correct" | "quarantined";
/** Whose turn it is. */
export type Turn = "author" | "support";

/** The open part of a receipt: readable while the vault is locked. */
export interface Receipt {
  readonly envelope: string;
  /** Record digest central computed, or `null` when it could not open the envelope. */
  readonly record: string | null;
  readonly state: ReceiptState;
  readonly turn: Turn | null;
  /** Codes, for the screen to put in words. */
  readonly reasons: readonly string[];
  readonly at: string;
  /** A reviewer's words, still sealed to the team; see {@link openMessage}. */
  readonly sealedMessage: string | null;
}

/** What a reviewer wrote. */
export interface ReviewMessage {
  readonly message: string;
  readonly by: string;
}

/** The receipt in a verified `document` of type `receipt`. */
export function readReceipt(document: CentralDocument): Receipt {
  const open = members(document.open);
  return {
    envelope: text(open["envelope"]),
    record: nullable(open["record"], text),
    state: oneOf(open["state"], ["received", "integrated", "to_correct", "quarantined"]),
    turn: nullable(open["turn"], (turn) => oneOf(turn, ["author", "support"])),
    reasons: list(open["reasons"], text),
    at: text(open["at"]),
    sealedMessage: document.sealed,
  };
}

/** The reviewer's message of `receipt`, or `null` when nobody wrote one. */
export async function openMessage(receipt: Receipt, keys: TeamKeysById): Promise<ReviewMessage | null> {
  if (receipt.sealedMessage === null) return null;
  const sealed = members(await openSealed(receipt.sealedMessage, keys));
  return { message: text(sealed["message"]), by: text(sealed["by"]) };
}
