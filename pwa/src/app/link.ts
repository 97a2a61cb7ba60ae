/**
 * The enrolment link (wire §6): what the coordinator's card carries in the fragment of an address.
 *
 * The fragment never reaches a server, and leaves the address bar and the history as soon as it is read: the secret in
 * it serves once.
 */
import { fromBase64url, fromUtf8 } from "$lib/crypto/bytes";

/** A card: its one-time secret, its expiry, and the organisation that made it. */
export interface Card {
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Thumbprint of the organisation's signing key (RFC 7638). */
  readonly thumbprint: string;
  readonly organization: string;
}

/** What an address holds: no card, one that cannot be read, or a card. */
export type Link = { readonly kind: "none" | "malformed" } | { readonly kind: "card"; readonly card: Card };

const MARK = "#e=";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const THIRTY_TWO_BYTES = /^[A-Za-z0-9_-]{43}$/;

/** Read the fragment of an address, `#` included. */
export function readLink(fragment: string): Link {
  if (!fragment.startsWith(MARK)) return { kind: "none" };
  const card = parse(fragment.slice(MARK.length));
  return card === null ? { kind: "malformed" } : { kind: "card", card };
}

/** Read the link of this page and take it out of the address bar and of the history entry, in one step. */
export function takeLink(page: { readonly location: Location; readonly history: History }): Link {
  const { location, history } = page;
  const link = readLink(location.hash);
  if (location.hash !== "") history.replaceState(history.state, "", location.pathname);
  return link;
}

function parse(encoded: string): Card | null {
  let written: unknown;
  try {
    written = JSON.parse(fromUtf8(fromBase64url(encoded)));
  } catch {
    return null; // a card cut short by a messenger, or not one of ours
  }
  if (typeof written !== "object" || written === null) return null;
  const { s, x, k, o } = written as Record<string, unknown>;
  if (typeof s !== "string" || !THIRTY_TWO_BYTES.test(s)) return null;
  if (typeof x !== "number" || !Number.isInteger(x)) return null;
  if (typeof k !== "string" || !THIRTY_TWO_BYTES.test(k)) return null;
  if (typeof o !== "string" || !UUID.test(o)) return null;
  return { secret: s, expiresAt: x * 1000, thumbprint: k, organization: o };
}

/** A thumbprint as people compare it: its first 16 symbols in groups of four. */
export function shownThumbprint(thumbprint: string): string {
  return (thumbprint.slice(0, 16).match(/.{4}/g) ?? []).join(" ");
}
