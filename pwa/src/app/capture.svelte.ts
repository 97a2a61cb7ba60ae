/**
 * One record being captured: a draft, the form it is pinned to, and its writer.
 *
 * The screen changes answers here; the writer makes them durable within a second and says when. Nothing waits for a
 * network.
 */
import type { CommuneTable } from "$lib/communes";
import { loadCommunes } from "$lib/communes";
import type { Expected } from "$lib/central/roster";
import type { Draft, Recognition, StoredDraft } from "$lib/drafts/draft";
import { DraftWriter, type SaveStatus } from "$lib/drafts/writer";
import {
  judge,
  loadEvaluator,
  type Answers,
  type Entries,
  type Evaluator,
  type Form,
  type FormContext,
  type Judgement,
} from "$lib/forms";
import type { Kits } from "$lib/forms/kits";
import { liftsSecrecy, signRecord } from "$lib/record/sign";
import { rfc3339 } from "$lib/store/clock";
import { StorageFull } from "$lib/store/errors";
import type { SealedRow } from "$lib/store/schema";
import { sayAfterSeal, type AfterSeal } from "./attendance";
import type { Desk } from "./desk.svelte";

/** The answers break a rule: the review says which. */
export class NotSignable extends Error {
  override readonly name = "NotSignable";
}

/** A capture under way. */
export class CaptureSession {
  answers = $state.raw<Answers>({});
  entries = $state.raw<Entries>({});
  /** What is put by of the kits that are not chosen. */
  kits = $state.raw<Kits>({});
  section = $state("");
  /** Who the team says this person is. */
  recognition = $state.raw<Recognition>({ person: null, settled: [] });
  /** The visit that is being written: it changes when a walk-in turns out to be somebody expected. */
  visit = $state("");
  /** The roster entry whose visit this is. */
  expected = $state.raw<Expected | null>(null);
  save = $state.raw() as SaveStatus;

  readonly desk: Desk;
  readonly form: Form;
  readonly context: FormContext;
  readonly #writer: DraftWriter;
  readonly #forget: () => void;

  private constructor(desk: Desk, parts: CaptureParts) {
    this.desk = desk;
    this.form = parts.form;
    this.#writer = parts.writer((status) => (this.save = status));
    const { answers, entries, kits = {}, section, visit, expected, recognition } = this.draft;
    this.answers = answers;
    this.entries = entries;
    this.kits = kits;
    this.section = section ?? "";
    this.visit = visit;
    this.expected = expected;
    this.recognition = recognition ?? { person: expected?.person ?? null, settled: [] };
    this.save = this.#writer.status;
    this.context = contextOf(this.draft, desk.station.today, parts.communes);
    this.#forget = desk.station.access.session.beforeLeaving(() => this.#writer.flush());
  }

  /** Open the draft `id` where it was left. Raises what `Desk.readDraft` and `Desk.form` raise. */
  static async open(desk: Desk, id: string): Promise<CaptureSession> {
    const stored = await desk.drafts.read(id);
    const [{ form }, communes, context] = await Promise.all([
      desk.form(stored.draft.form.url, stored.draft.form.version),
      loadCommunes(),
      desk.drafts.context(),
    ]);
    const { timers } = desk.station.environment;
    return new CaptureSession(desk, {
      form,
      communes,
      writer: (told) => new DraftWriter(context, stored, timers, told),
    });
  }

  /** The draft as it is on disk. */
  get stored(): StoredDraft {
    return this.#writer.stored;
  }

  /** The draft as it is now. */
  get draft(): Draft {
    return this.#writer.draft;
  }

  /** Keep what was just answered or typed. */
  change(answers: Answers, entries: Entries, kits: Kits = this.kits): void {
    this.answers = answers;
    this.entries = entries;
    this.kits = kits;
    this.#writer.update({ answers, entries, kits, touched: true });
  }

  /** Somebody said who this is, or is not. */
  identify(recognition: Recognition): void {
    this.recognition = recognition;
    this.#writer.update({ recognition, touched: true });
  }

  /** It is this visit that is being written, with its line in the roster when it has one. */
  join(visit: string, expected: Expected | null): void {
    this.visit = visit;
    this.expected = expected;
    this.#writer.update({ visit, expected, touched: true });
  }

  /** Remember the section on screen, to come back to it. */
  show(section: string): void {
    if (section === this.section) return;
    this.section = section;
    this.#writer.update({ section });
  }

  /** Write what is not written yet; raises what makes the save fail. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Leave the capture: the draft is durable when this resolves. */
  async close(): Promise<void> {
    this.#forget();
    await this.#writer.close();
  }

  /** Whether signing `answers` would make readable by the team what is restricted: somebody confirms it first. */
  liftsSecrecy(answers: Answers): boolean {
    return liftsSecrecy(this.draft, this.form, answers);
  }

  /**
   * Sign and seal; `secrecyLifted` was confirmed when {@link liftsSecrecy} says that it is needed. Raises {@link NotSignable} when a rule is broken, and what `signRecord` raises: in every case the
   * draft is untouched.
   */
  async seal(secrecyLifted = false): Promise<{ readonly row: SealedRow; readonly after: AfterSeal }> {
    const evaluator = await loadEvaluator();
    const judgement = this.#judge(evaluator);
    if (!judgement.signable) throw new NotSignable();
    await this.#writer.flush();
    const row = await signRecord(this.desk.signing(evaluator.version), {
      stored: this.#writer.stored,
      form: this.form,
      answers: judgement.pass.settled,
      secrecyLifted,
    });
    this.#forget();
    await this.desk.station.sealed();
    // Behind the screens: a kill meanwhile loses none, the next session goes on.
    this.desk.photos.due();
    return { row, after: await this.#sayAfter(judgement.pass.settled) };
  }

  /** The record is signed whatever becomes of the notice: a full disk is said by the next draft. */
  async #sayAfter(answers: Answers): Promise<AfterSeal> {
    try {
      return await sayAfterSeal(this.desk, this.draft, this.form, answers);
    } catch (error) {
      if (error instanceof StorageFull) return "unchanged";
      throw error;
    }
  }

  #judge(evaluator: Evaluator): Judgement {
    const rules = { form: this.form, context: this.context, evaluator };
    const author = { by: this.desk.slot.member, at: rfc3339(this.desk.station.environment.clock()) };
    return judge(rules, { answers: this.answers, entries: this.entries }, author);
  }
}

interface CaptureParts {
  readonly form: Form;
  readonly communes: CommuneTable;
  readonly writer: (told: (status: SaveStatus) => void) => DraftWriter;
}

/** Dates of rules are those of the visit; the stop gives distances. */
function contextOf(draft: Draft, today: string, communes: CommuneTable): FormContext {
  const { latitude, longitude } = draft.stop;
  return {
    visitDate: draft.period.start.slice(0, 10),
    today,
    stop: latitude === null || longitude === null ? null : { latitude, longitude },
    commune: (insee) => communes.get(insee),
  };
}
