/**
 * The truthful line about synchronisation, permanent on every screen, locked included.
 *
 * Counts come from signed receipts, never from replication: records without one are told with where they are known to be.
 * Times are when both directions were last level with a node of each kind.
 */
import { formatDate, formatTime, plural, t } from "$i18n/index";
import { placeWords, type PlaceMark } from "$lib/record/places";
import type { Places } from "$lib/record/states";
import type { NodeKind } from "$lib/store/schema";
import type { Reached, SyncState } from "./machine";

/** What this tablet signed, by what central said of it. Records first: they are what the line counts. */
export interface SignedCounts {
  /** Records without a receipt, by where they are. */
  readonly places: Places;
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
  /** Satisfaction answers that wait to be sent: of nobody, and of no visit. */
  readonly satisfaction: number;
}

/** A piece of the line; a place has a mark of its own. */
export interface LinePart {
  readonly icon: PlaceMark | null;
  readonly text: string;
}

/** The drawing of the whole line. */
export type LineMark = "check" | "clock" | "cloud-off" | "sync" | "alert";

/** What the line is made of, and a mark that says the same without words. `text` is the whole of it. */
export interface StatusLine {
  readonly tone: "good" | "waiting" | "attention";
  readonly icon: LineMark;
  readonly parts: readonly LinePart[];
  readonly text: string;
}

const NONE: SignedCounts = {
  places: { onTablet: 0, onHub: 0, atCentral: 0 },
  toCorrect: 0,
  blocked: 0,
  total: 0,
  updates: 0,
  photos: 0,
  blockedUpdates: 0,
  denied: 0,
  deniedPhotos: 0,
  satisfaction: 0,
};

/** Synchronisation as the screens see it. */
export class SyncStatus {
  /** Null until what is remembered of the last synchronisation was read. */
  state = $state.raw<SyncState | null>(null);
  counts = $state.raw<SignedCounts>(NONE);
  /** The browser was told never to call the local network: a hub is out of reach however near. */
  hubRefused = $state(false);
  readonly #today: () => string;

  /** `today` answers the civil date of the tablet, `YYYY-MM-DD`. */
  constructor(today: () => string) {
    this.#today = today;
  }

  /** The line, whole. */
  get line(): StatusLine {
    if (this.state !== null) return statusLine(this.state, this.counts, this.#today(), this.hubRefused);
    const text = t("sync.reading");
    return { tone: "waiting", icon: "clock", parts: [{ icon: null, text }], text };
  }
}

/** The line for a state of synchronisation and what receipts say. `today` is `YYYY-MM-DD`. */
export function statusLine(
  state: SyncState,
  counts: SignedCounts,
  today: string,
  hubRefused = false,
): StatusLine {
  const said = [...troubleParts(counts), ...waitingParts(counts)];
  if (said.length === 0) said.push(plain(t(counts.total > 0 ? "sync.all_received" : "sync.nothing_waiting")));
  const link = [connection(state, hubRefused), ...reachedWords(state.reached, today)].filter(
    (words) => words !== "",
  );
  const parts = punctuated(said, link);
  return {
    tone: tone(state, counts),
    icon: icon(state, counts),
    parts,
    text: parts.map(({ text }) => text).join(" "),
  };
}

/** One sentence: what there is, a dash, how nodes were reached. */
function punctuated(said: readonly LinePart[], link: readonly string[]): readonly LinePart[] {
  const last = said.length - 1;
  const marked = said.map(({ icon: mark, text }, position) => ({
    icon: mark,
    text: (position === 0 ? capitalised(text) : text) + (position < last ? "," : " —"),
  }));
  return [...marked, plain(link.join(", "))];
}

function plain(text: string): LinePart {
  return { icon: null, text };
}

function troubleParts(counts: SignedCounts): LinePart[] {
  const { toCorrect, blocked, blockedUpdates, denied, deniedPhotos } = counts;
  return [
    ...(toCorrect > 0 ? [plural("sync.to_correct", toCorrect)] : []),
    ...(blocked > 0 ? [plural("sync.blocked", blocked)] : []),
    ...(blockedUpdates > 0 ? [plural("sync.blocked_updates", blockedUpdates)] : []),
    ...(denied > 0 ? [plural("sync.denied", denied)] : []),
    ...(deniedPhotos > 0 ? [plural("sync.denied_photos", deniedPhotos)] : []),
  ].map(plain);
}

/** Records are what matters: what is lighter is said when no record waits; answers of nobody are counted apart. */
function waitingParts({ places, updates, photos, satisfaction }: SignedCounts): readonly LinePart[] {
  const records = placeWords(places);
  const answers = satisfaction > 0 ? [plain(plural("sync.waiting_satisfaction", satisfaction))] : [];
  if (records.length > 0) return [...records, ...answers];
  return [
    ...[
      ...(updates > 0 ? [plural("sync.waiting_updates", updates)] : []),
      ...(photos > 0 ? [plural("sync.waiting_photos", photos)] : []),
    ].map(plain),
    ...answers,
  ];
}

function connection({ phase, reason, node }: SyncState, hubRefused: boolean): string {
  switch (phase) {
    case "offline":
      return t(hubRefused ? "sync.offline_hub_refused" : "sync.offline");
    case "connecting":
      return t("sync.connecting");
    case "syncing":
      return t("sync.syncing");
    case "idle":
      return "";
    case "refused":
      if (reason === "device-revoked") return t("sync.revoked");
      return t(node === "hub" ? "sync.refused_by_hub" : "sync.refused");
    case "error":
      return reason === "storage-full" ? t("sync.node_full") : t("sync.error");
  }
}

/** When each kind of node was reached, the latest first. */
function reachedWords(reached: Reached, today: string): readonly string[] {
  const known = (["hub", "central"] as const).flatMap((node) => {
    const at = reached[node];
    return at === null ? [] : [{ node, at }];
  });
  if (known.length === 0) return [t("sync.never")];
  return known.sort((one, other) => other.at - one.at).map(({ node, at }) => reachedAt(node, at, today));
}

function reachedAt(node: NodeKind, instant: number, today: string): string {
  const date = new Date(instant);
  const day = civilDate(date);
  const time = formatTime(date);
  if (day === today) return t(`sync.reached_${node}`, { time });
  return t(`sync.reached_${node}_day`, { day: formatDate(day), time });
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

function icon(state: SyncState, counts: SignedCounts): LineMark {
  if (tone(state, counts) === "attention") return "alert";
  if (state.phase === "offline") return "cloud-off";
  if (state.phase !== "idle") return "sync";
  return waitingParts(counts).length > 0 ? "clock" : "check";
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
