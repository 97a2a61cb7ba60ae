/**
 * The truthful line about synchronisation, permanent on every screen, locked included.
 *
 * Counts come from signed receipts, never from replication: `waiting` records are those without one. The time is when
 * both directions were last level with a node.
 */
import { formatDate, formatTime, plural, t } from "$i18n/index";
import type { SyncState } from "./machine";

/** What this tablet signed, by what central said of it. Records first: they are what the line counts. */
export interface SignedCounts {
  /** Sealed here, no receipt yet. */
  readonly waiting: number;
  /** Returned by a reviewer: their author's turn. */
  readonly toCorrect: number;
  /** Quarantined: support's turn. */
  readonly blocked: number;
  /** Sealed on this tablet, whatever became of them. */
  readonly total: number;
  /** Notices without a receipt, but photos. */
  readonly updates: number;
  /** Photos of which a piece at least has no receipt. */
  readonly photos: number;
  /** Notices quarantined: support's turn. */
  readonly blockedUpdates: number;
  /** What a node would not write, but photos. */
  readonly denied: number;
  /** Photos of which a node would not write a piece. */
  readonly deniedPhotos: number;
}

/** What the line is made of, and a mark that says the same without words. */
export interface StatusLine {
  readonly tone: "good" | "waiting" | "attention";
  readonly icon: "check" | "clock" | "cloud-off" | "sync" | "alert";
  readonly text: string;
}

const NONE: SignedCounts = {
  waiting: 0,
  toCorrect: 0,
  blocked: 0,
  total: 0,
  updates: 0,
  photos: 0,
  blockedUpdates: 0,
  denied: 0,
  deniedPhotos: 0,
};

/** Synchronisation as the screens see it. */
export class SyncStatus {
  /** Null until what is remembered of the last synchronisation was read. */
  state = $state.raw<SyncState | null>(null);
  counts = $state.raw<SignedCounts>(NONE);
  readonly #today: () => string;

  /** `today` answers the civil date of the tablet, `YYYY-MM-DD`. */
  constructor(today: () => string) {
    this.#today = today;
  }

  /** The line, whole. */
  get line(): StatusLine {
    if (this.state === null) return { tone: "waiting", icon: "clock", text: t("sync.reading") };
    return statusLine(this.state, this.counts, this.#today());
  }
}

/** The line for a state of synchronisation and what receipts say. `today` is `YYYY-MM-DD`. */
export function statusLine(state: SyncState, counts: SignedCounts, today: string): StatusLine {
  const { toCorrect, blocked, blockedUpdates, denied, deniedPhotos, total } = counts;
  const parts: string[] = [];
  if (toCorrect > 0) parts.push(plural("sync.to_correct", toCorrect));
  if (blocked > 0) parts.push(plural("sync.blocked", blocked));
  if (blockedUpdates > 0) parts.push(plural("sync.blocked_updates", blockedUpdates));
  if (denied > 0) parts.push(plural("sync.denied", denied));
  if (deniedPhotos > 0) parts.push(plural("sync.denied_photos", deniedPhotos));
  parts.push(...waitingParts(counts));
  if (parts.length === 0) parts.push(total > 0 ? t("sync.all_received") : t("sync.nothing_waiting"));
  parts.push(connection(state), lastSync(state.lastSync, today));
  return {
    tone: tone(state, counts),
    icon: icon(state, counts),
    text: capitalised(parts.filter((part) => part !== "").join(", ")),
  };
}

/** Records are what matters: what is lighter is said when no record waits. */
function waitingParts({ waiting, updates, photos }: SignedCounts): string[] {
  if (waiting > 0) return [plural("sync.waiting", waiting)];
  return [
    ...(updates > 0 ? [plural("sync.waiting_updates", updates)] : []),
    ...(photos > 0 ? [plural("sync.waiting_photos", photos)] : []),
  ];
}

function connection({ phase, reason }: SyncState): string {
  switch (phase) {
    case "offline":
      return t("sync.offline");
    case "connecting":
      return t("sync.connecting");
    case "syncing":
      return t("sync.syncing");
    case "idle":
      return "";
    case "refused":
      return reason === "device-revoked" ? t("sync.revoked") : t("sync.refused");
    case "error":
      return reason === "storage-full" ? t("sync.node_full") : t("sync.error");
  }
}

function lastSync(instant: number | null, today: string): string {
  if (instant === null) return t("sync.never");
  const date = new Date(instant);
  const day = civilDate(date);
  const time = formatTime(date);
  return day === today ? t("sync.last", { time }) : t("sync.last_day", { day: formatDate(day), time });
}

/** The civil date of an instant on this tablet, `YYYY-MM-DD`. */
export function civilDate(instant: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}

function tone(state: SyncState, counts: SignedCounts): StatusLine["tone"] {
  const trouble = state.phase === "refused" || state.phase === "error";
  const { toCorrect, blocked, blockedUpdates, denied, deniedPhotos } = counts;
  if (trouble || toCorrect + blocked + blockedUpdates + denied + deniedPhotos > 0) return "attention";
  return waitingParts(counts).length > 0 || state.phase !== "idle" ? "waiting" : "good";
}

function icon(state: SyncState, counts: SignedCounts): StatusLine["icon"] {
  if (tone(state, counts) === "attention") return "alert";
  if (state.phase === "offline") return "cloud-off";
  if (state.phase !== "idle") return "sync";
  return waitingParts(counts).length > 0 ? "clock" : "check";
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
