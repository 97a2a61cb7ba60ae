/** One form being filled on screen: what the components of a form share, and the actions they send to the host. */
import { createContext } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import { type CommuneTable, loadCommunes } from "$lib/communes";
import type {
  AbsentReason,
  Answer,
  Answers,
  Author,
  Coding,
  Entries,
  FormContext,
  Value,
} from "$lib/forms/answers";
import { linkIdsRead } from "$lib/forms/calculate";
import {
  confirmable,
  confirmAll,
  type EarlierFact,
  type EarlierFacts,
  factsWithout,
  offered,
} from "$lib/forms/carry";
import * as edit from "$lib/forms/edit";
import type { Proposal } from "$lib/forms/entry";
import { type Evaluator, loadedEvaluator, loadEvaluator } from "$lib/forms/evaluate";
import { type Form, type Group, isQuestion, type Question } from "$lib/forms/form";
import { judge, type Judgement } from "$lib/forms/judge";
import { type Kits, withKits } from "$lib/forms/kits";
import { ExpressionMemory } from "$lib/forms/memory";
import { type DelayState, delayState, started, stopwatchSeconds } from "$lib/forms/timing";
import type { Finding } from "$lib/forms/validate";
import type { PhotoBox } from "./photos";
import { Waits } from "./waits";

/** What a host gives to the form components. The host owns the answers: `onchange` asks it to keep the new ones. */
export interface CaptureProps {
  readonly form: Form;
  readonly answers: Answers;
  readonly entries: Entries;
  readonly context: FormContext;
  /** Who is answering: a member's UUID. */
  readonly member: string;
  /** The time now, RFC 3339: stamped on answers. */
  readonly now: () => string;
  readonly onchange: (answers: Answers, entries: Entries, kits: Kits) => void;
  /** What is kept of the kits that are not chosen; a host that keeps none leaves it to this capture. */
  readonly kits?: Kits;
  /** The name of another member. */
  readonly authorName?: (member: string) => string;
  /** Where photos are kept; without it, none can be taken. */
  readonly photos?: PhotoBox;
  /** Members whose answers may be read here and not changed. */
  readonly readonlyAuthors?: readonly string[];
  /** What earlier visits knew of the person, offered to be confirmed. */
  readonly earlier?: EarlierFacts;
  /** What the host doubts of answers and asks to confirm, besides the form's own rules: it prevents nothing. */
  readonly doubts?: readonly Finding[];
  /** When each answer that the record began with was given, by linkId: what still bears that moment was not changed here. */
  readonly beganWith?: Readonly<Record<string, string>>;
  /** What expressions last yielded, where a host shows one record several times over; it goes with the record. */
  readonly memory?: ExpressionMemory;
}

/** Errors of an answer's own value, whatever was answered elsewhere. */
const REFUSING: readonly string[] = [
  "hard-limit",
  "decimals",
  "length",
  "text-rule",
  "date-rule",
  "year-rule",
  "option",
];

function isTyped({ calculation, readOnly, hidden }: Question): boolean {
  return calculation === undefined && !readOnly && !hidden;
}

function startsByItself({ startsFrom, initial, keptForTheDay, options }: Question): boolean {
  const begins = startsFrom !== undefined || initial !== undefined || options.some((each) => each.initial);
  return begins || keptForTheDay;
}

/** The state the components read, and the actions a person takes. */
export class Capture {
  #evaluator = $state.raw<Evaluator | null>(loadedEvaluator());
  #communes = $state.raw<CommuneTable | null>(null);
  #failed = $state<"rules" | "communes" | null>(null);
  /** Sections that were left: what is missing in them is said. */
  readonly #left = new SvelteSet<string>();
  /** Questions whose earlier answer is being changed rather than confirmed. */
  readonly #changing = new SvelteSet<string>();
  /** Counts the seconds that the screen shows pass: what is shown depends on it. */
  #ticks = $state(0);
  readonly #waits = new Waits();
  #kits: Kits = {};
  readonly #memory: ExpressionMemory;
  readonly #props: () => CaptureProps;
  readonly #judgement: Judgement = $derived.by(() => {
    const { form, context, answers, entries, member } = this.#props();
    const rules = { form, context, evaluator: this.#evaluator, memory: this.#memory };
    // Calculated values are stamped again when the record is signed: the time shown here is nobody's.
    return judge(rules, { answers, entries }, { by: member, at: context.visitDate });
  });

  readonly #shown: Answers = $derived(
    Object.fromEntries(
      Object.entries(this.#judgement.pass.settled).filter(([linkId]) => {
        const item = this.form.items.get(linkId);
        return !isQuestion(item) || !this.isMiscalculated(item);
      }),
    ),
  );

  constructor(props: () => CaptureProps) {
    this.#props = props;
    this.#memory = props().memory ?? new ExpressionMemory();
  }

  /** Fetches what rules and searches need; both are in the service worker's cache. */
  async prepare(): Promise<void> {
    this.#failed = null;
    try {
      this.#evaluator = await loadEvaluator();
    } catch {
      this.#failed = "rules";
    }
    if (!this.form.questions.some(({ lookup }) => lookup !== undefined)) return;
    try {
      this.#communes = await loadCommunes();
    } catch {
      this.#failed ??= "communes";
    }
  }

  get form(): Form {
    return this.#props().form;
  }

  get context(): FormContext {
    return this.#props().context;
  }

  /** Where photos are kept, when they may be taken. */
  get photos(): PhotoBox | null {
    return this.#props().photos ?? null;
  }

  /** The rules are being fetched. */
  get preparing(): boolean {
    return this.#evaluator === null && this.#failed !== "rules";
  }

  /** What could not be fetched. */
  get failed(): "rules" | "communes" | null {
    return this.#failed;
  }

  get communes(): CommuneTable | null {
    return this.#communes;
  }

  get judgement(): Judgement {
    return this.#judgement;
  }

  /** What would be signed, calculated values included; a disabled answer is not there. */
  settled(linkId: string): Answer | undefined {
    return this.#judgement.pass.settled[linkId];
  }

  /** What can be shown as a record: what would be signed, without what was calculated from a refused value. */
  get shown(): Answers {
    return this.#shown;
  }

  /**
   * Questions that somebody answered and that other answers no longer ask: kept in the draft, left out of the record. What a
   * capture starts with, copied from another part of the visit say, is nobody's loss, and is not among them; a photo has its own way to go.
   */
  get unasked(): readonly Question[] {
    if (this.#evaluator === null) return [];
    const { answers, form, beganWith = {} } = this.#props();
    return form.questions.filter(
      (question) =>
        answers[question.linkId] !== undefined &&
        answers[question.linkId]?.at !== beganWith[question.linkId] &&
        !this.isAsked(question.linkId) &&
        !this.isReadonly(question.linkId) &&
        question.type !== "attachment" &&
        isTyped(question) &&
        !startsByItself(question),
    );
  }

  /** What was answered, asked or not. */
  answer(linkId: string): Answer | undefined {
    return this.#props().answers[linkId];
  }

  /** What a draft holds now: answers, asked or not, and what was typed and is none. */
  get filling(): edit.Filling {
    const { answers, entries } = this.#props();
    return { answers, entries };
  }

  /** What was typed and is no answer. */
  entry(linkId: string): string {
    return this.#props().entries[linkId] ?? "";
  }

  isAsked(linkId: string): boolean {
    return this.#judgement.pass.enabled.has(linkId);
  }

  /** How a delayed group stands now. A wait goes on by the tablet's clock, or by the page's when that one went back. */
  delay(group: Group): DelayState {
    void this.#ticks;
    const { answers } = this.#props();
    return this.#waits.shortest(group, delayState(group, { answers }, this.#now_ms()));
  }

  /** Seconds on the stopwatch of `question`; null when it does not run. */
  stopwatch(question: Question): number | null {
    void this.#ticks;
    return stopwatchSeconds(question, this.#props().entries[question.linkId], this.#now_ms());
  }

  /** Time passed: what counts it is drawn again. */
  tick(): void {
    this.#ticks += 1;
  }

  #now_ms(): number {
    return Date.parse(this.#props().now());
  }

  /** What there is to say of the record: a value that is refused as such has nothing to be confirmed. */
  get said(): readonly Finding[] {
    const { doubts = [] } = this.#props();
    const asked = doubts.filter(({ linkId }) => this.#isUnconfirmed(linkId));
    const findings = [...this.#judgement.findings, ...asked];
    const refused = findings.filter(({ code }) => REFUSING.includes(code)).map(({ linkId }) => linkId);
    return findings.filter(({ linkId, severity }) => severity !== "warning" || !refused.includes(linkId));
  }

  #isUnconfirmed(linkId: string): boolean {
    const answer = this.settled(linkId);
    return answer?.kind === "values" && answer.confirmed !== true;
  }

  /** What to say under a question: that something is missing, only once its section was left. */
  findings(question: Question): readonly Finding[] {
    return this.said.filter(
      ({ linkId, code, waiting }) =>
        linkId === question.linkId &&
        ((code !== "required" && waiting !== true) || this.#left.has(question.section)),
    );
  }

  /** Whether an answer that the calculated `question` reads is refused: its value is then nobody's. */
  isMiscalculated({ calculation }: Question): boolean {
    if (calculation?.kind !== "expression") return false;
    const read = linkIdsRead(calculation.expression);
    return this.#judgement.findings.some(
      ({ linkId, code }) => code === "hard-limit" && read.includes(linkId),
    );
  }

  /** The section was left, or its missing answers asked for. */
  leave(section: string): void {
    this.#left.add(section);
  }

  /** The name of the other member who answered; null when it is the one answering, or nobody. */
  otherAuthor(linkId: string): string | null {
    const { member, authorName } = this.#props();
    const by = this.answer(linkId)?.by;
    return by === undefined || by === member ? null : (authorName?.(by) ?? by);
  }

  /** Whether the answer is another's, to be read only. */
  isReadonly(linkId: string): boolean {
    const by = this.answer(linkId)?.by;
    return by !== undefined && (this.#props().readonlyAuthors ?? []).includes(by);
  }

  /** What an earlier visit knew of `question`; null when nothing did, or when it was answered and is not being changed. */
  earlier(question: Question): EarlierFact | null {
    const answered = this.answer(question.linkId) !== undefined;
    if (answered && !this.#changing.has(question.linkId)) return null;
    return this.#props().earlier?.get(question.linkId) ?? null;
  }

  /** Whether what was known can be confirmed as it is. */
  isOffered(question: Question): boolean {
    const { answers, earlier } = this.#props();
    return earlier !== undefined && offered(question, answers, earlier) !== null;
  }

  /** Whether somebody chose to change what was known. */
  isChanging(linkId: string): boolean {
    return this.#changing.has(linkId);
  }

  /** The earlier answer does not hold as it is. */
  change(question: Question): void {
    this.#changing.add(question.linkId);
  }

  /** The questions of `section` that one tap confirms, and what was known of each. */
  confirmable(section: Group): readonly { readonly question: Question; readonly fact: EarlierFact }[] {
    const { answers, earlier } = this.#props();
    if (earlier === undefined) return [];
    const left = this.#unchanged(earlier);
    return confirmable(this.form, section, answers, left, this.context, this.#memory).flatMap((question) => {
      const fact = left.get(question.linkId);
      return fact === undefined ? [] : [{ question, fact }];
    });
  }

  /** What was known of `question` holds. */
  confirmEarlier(question: Question): void {
    const fact = this.#props().earlier?.get(question.linkId);
    if (fact === undefined) return;
    this.#changing.delete(question.linkId);
    this.#apply((state, author) => edit.confirmCarried(this.form, state, question, fact.carried, author));
  }

  /** All that was known of `section`, once it was read, holds. */
  confirmSection(section: Group): void {
    const { earlier } = this.#props();
    if (earlier === undefined) return;
    const left = this.#unchanged(earlier);
    this.#apply((state, author) =>
      confirmAll(this.form, section, state, left, { context: this.context, author, memory: this.#memory }),
    );
  }

  type(question: Question, typed: string): void {
    this.#apply((state, author) => edit.type(this.form, state, question, typed, author, this.context));
  }

  note(question: Question, typed: string): void {
    this.#apply((state) => edit.note(state, question, typed));
  }

  set(question: Question, values: readonly Value[]): void {
    this.#apply((state, author) => edit.answer(this.form, state, question, values, author));
  }

  choose(question: Question, chosen: Coding): void {
    this.#apply((state, author) => edit.choose(this.form, state, question, chosen, author));
  }

  stateAbsence(question: Question, reason: AbsentReason): void {
    this.#apply((state, author) => edit.stateAbsence(this.form, state, question, reason, author));
  }

  accept(typed: string, proposal: Proposal): void {
    this.#apply((state, author) => edit.accept(this.form, state, typed, proposal, author));
  }

  confirm(question: Question): void {
    const calculated = this.#judgement.pass.calculated.get(question.linkId);
    this.#apply((state, author) => edit.confirm(state, question.linkId, author, calculated));
  }

  /** Several questions at once, as one change, in the place of all that `former` held. */
  fill(
    values: readonly { readonly question: Question; readonly values: readonly Value[] }[],
    former: readonly Question[] = [],
  ): void {
    this.#apply((state, author) => {
      const emptied = former.reduce((left, each) => edit.clear(this.form, left, each), state);
      return values.reduce(
        (filled, each) => edit.answer(this.form, filled, each.question, each.values, author),
        emptied,
      );
    });
  }

  /** Why there is no answer, to several questions at once. */
  stateAbsences(questions: readonly Question[], reason: AbsentReason): void {
    this.#apply((state, author) =>
      questions.reduce(
        (stated, question) => edit.stateAbsence(this.form, stated, question, reason, author),
        state,
      ),
    );
  }

  /** The stopwatch of `question` starts now; an answer given before is taken back. */
  startStopwatch(question: Question): void {
    this.#apply((state, author) =>
      edit.note(edit.clear(this.form, state, question), question, started(author.at)),
    );
  }

  clear(question: Question): void {
    this.#apply((state) => edit.clear(this.form, state, question));
  }

  #unchanged(earlier: EarlierFacts): EarlierFacts {
    return factsWithout(earlier, this.#changing);
  }

  #apply(action: (state: edit.Filling, author: Author) => edit.Filling): void {
    const { answers, entries, member, now, onchange, kits = this.#kits } = this.#props();
    const before = { answers, entries };
    const next = withKits(this.form, before, action(before, { by: member, at: now() }), kits);
    this.#kits = next.kits;
    onchange(next.filling.answers, next.filling.entries, next.kits);
  }
}

/** The capture that the components below a `FormView` share. */
export const [getCapture, setCapture] = createContext<Capture>();
