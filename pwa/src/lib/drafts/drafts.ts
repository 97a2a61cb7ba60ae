/** The drafts of this tablet: begin, list, reopen, hand over, put aside. */
import type { Expected, Stop } from "../central/roster";
import type { TeamKeys } from "../central/keyring";
import type { FormReference, Replacement } from "../envelope/payload";
import type { Answers } from "../forms/answers";
import type { Kits } from "../forms/kits";
import type { NamedPerson } from "../notice/body";
import { rfc3339, type Clock } from "../store/clock";
import type { Store } from "../store/database";
import type { DraftRow } from "../store/schema";
import type { Draft, StoredDraft, VisitPeriod } from "./draft";
import { DraftGone, DraftMoved, DraftUnreadable } from "./errors";
import { openDraft, sealDraft, type DraftKeys } from "./seal";

/** Where drafts are, and what seals them. */
export interface DraftContext {
  readonly store: Store;
  readonly keys: DraftKeys;
  readonly clock: Clock;
}

/** One member at work: their slot on this tablet. */
export interface Hand {
  readonly slot: string;
  readonly member: string;
}

/** What a new capture starts from. */
export interface DraftStart {
  readonly id: string;
  readonly organization: string;
  readonly visit: string;
  readonly stop: Stop;
  readonly expected: Expected | null;
  readonly form: FormReference;
  readonly replaces?: Replacement | null;
  /** Whether the record it replaces is restricted. */
  readonly replaces_restricted?: boolean;
  /** Of the record being corrected; a new visit begins now. */
  readonly period?: VisitPeriod;
  /** Answers already known: of the roster, or of the record being corrected. */
  readonly answers?: Answers;
  /** What is kept of the kits that may be chosen. */
  readonly kits?: Kits;
  readonly section?: string | null;
  /** Key of the person it is about, when somebody said so, or the roster does. */
  readonly person?: string | null;
  /** Who it is, as the visit's other records say, for a form that asks nobody. */
  readonly about?: NamedPerson | null;
}

/** Drafts that open, latest first, and the ids of those that do not. */
export interface DraftList {
  readonly drafts: readonly StoredDraft[];
  readonly unreadable: readonly string[];
}

/** Begin a draft of `by` and store it at once, so that a kill right after finds it. */
export async function beginDraft(context: DraftContext, by: Hand, start: DraftStart): Promise<StoredDraft> {
  const { answers = {}, section = null, replaces = null } = start;
  const at = rfc3339(context.clock());
  const draft: Draft = {
    v: 1,
    id: start.id,
    organization: start.organization,
    campaign: start.stop.campaign,
    team: context.keys.team.team,
    visit: start.visit,
    period: start.period ?? { start: at, end: null },
    stop: start.stop,
    expected: start.expected,
    form: start.form,
    replaces,
    ...(start.replaces_restricted === true ? { replaces_restricted: true as const } : {}),
    recognition: { person: start.person ?? start.expected?.person ?? null, settled: [] },
    ...(start.about ? { about: start.about } : {}),
    owner: by.member,
    answers,
    entries: {},
    ...(start.kits === undefined ? {} : { kits: start.kits }),
    section,
    hand_overs: [],
    discard: null,
    ...(replaces === null ? { began_with: momentsOf(answers) } : {}),
    touched: false,
    started_at: at,
    saved_at: at,
  };
  return saveDraft(context, { slot: by.slot, save: 0, draft });
}

function momentsOf(answers: Answers): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(answers).map(([linkId, { at }]) => [linkId, at]));
}

/**
 * Store `draft` as the save after `save`; resolves once it is durable.
 *
 * Raises {@link DraftMoved} when the store holds another save than the one this draft came from, {@link DraftGone}
 * when it was signed meanwhile.
 */
export async function saveDraft(
  context: DraftContext,
  { slot, save, draft }: StoredDraft,
): Promise<StoredDraft> {
  const jwe = await sealDraft(draft, context.keys);
  const row: DraftRow = {
    id: draft.id,
    slot,
    state: draft.discard === null ? "open" : "discarded",
    save: save + 1,
    jwe,
  };
  await context.store.write(["drafts"], async ({ drafts }) => {
    const stored = await drafts.get(draft.id);
    if (stored === undefined && save > 0) throw new DraftGone(draft.id);
    if ((stored?.save ?? 0) !== save) throw new DraftMoved(draft.id);
    await drafts.put(row);
  });
  return { slot, save: row.save, draft };
}

/** The drafts that are open, or those put aside. Needs no organisation key. */
export async function listDrafts(
  { store }: { readonly store: Store },
  team: TeamKeys,
  state: DraftRow["state"] = "open",
): Promise<DraftList> {
  const rows = await store.read(["drafts"], async ({ drafts }) => drafts.all());
  const drafts: StoredDraft[] = [];
  const unreadable: string[] = [];
  for (const row of rows.filter((each) => each.state === state)) {
    try {
      drafts.push(await opened(row, team));
    } catch (error) {
      if (!(error instanceof DraftUnreadable)) throw error;
      unreadable.push(row.id);
    }
  }
  drafts.sort((one, other) => Date.parse(other.draft.saved_at) - Date.parse(one.draft.saved_at));
  return { drafts, unreadable };
}

/** How many drafts are open; readable while locked, since an update waits for none. */
export async function countOpenDrafts(store: Store): Promise<number> {
  const rows = await store.read(["drafts"], async ({ drafts }) => drafts.all());
  return rows.filter(({ state }) => state === "open").length;
}

/** The draft `id`, where it was. Raises {@link DraftGone}, {@link DraftUnreadable}. */
export async function readDraft(
  { store }: { readonly store: Store },
  team: TeamKeys,
  id: string,
): Promise<StoredDraft> {
  const row = await store.read(["drafts"], async ({ drafts }) => drafts.get(id));
  if (row === undefined) throw new DraftGone(id);
  return opened(row, team);
}

/** Hand `stored` over to another member of this tablet; `by` is who does it, and is kept in its history. */
export async function handOver(
  context: DraftContext,
  stored: StoredDraft,
  to: Hand,
  by: string,
): Promise<StoredDraft> {
  const { draft } = stored;
  const at = rfc3339(context.clock());
  const change = { from: draft.owner, to: to.member, by, at };
  return saveDraft(context, {
    slot: to.slot,
    save: stored.save,
    draft: { ...draft, owner: to.member, hand_overs: [...draft.hand_overs, change], saved_at: at },
  });
}

/** Put `stored` aside with a reason. Nothing is erased: it can be taken up again. */
export async function discardDraft(
  context: DraftContext,
  stored: StoredDraft,
  reason: string,
  by: string,
): Promise<StoredDraft> {
  const at = rfc3339(context.clock());
  return saveDraft(context, {
    ...stored,
    draft: { ...stored.draft, discard: { reason, by, at }, saved_at: at },
  });
}

/** Take up a draft that was put aside. */
export async function restoreDraft(context: DraftContext, stored: StoredDraft): Promise<StoredDraft> {
  const at = rfc3339(context.clock());
  return saveDraft(context, { ...stored, draft: { ...stored.draft, discard: null, saved_at: at } });
}

async function opened(row: DraftRow, team: TeamKeys): Promise<StoredDraft> {
  return { slot: row.slot, save: row.save, draft: await openDraft(row, team) };
}
