/**
 * Who the person of a capture is, as far as the team knows: their summary, the facts to confirm, the people who look
 * like them. It follows what is typed; it decides nothing.
 */
import type { PersonSummary } from "$lib/central/person";
import type { Expected } from "$lib/central/roster";
import { loadCommunes, type CommuneTable } from "$lib/communes";
import type { EarlierFacts } from "$lib/forms/carry";
import { earlierFacts } from "$lib/forms/carry";
import type { Answers } from "$lib/forms";
import { foldName } from "$lib/names/fold";
import { candidates, unsettled, type Candidate } from "$lib/people/candidates";
import type { Traits } from "$lib/people/resemblance";
import { currentRecords } from "$lib/record/read";
import { identityOf, isUnnamed } from "$lib/record/identity";
import { rfc3339 } from "$lib/store/clock";
import { sayJoined } from "./attendance";
import type { CaptureSession } from "./capture.svelte";
import type { Desk } from "./desk.svelte";
import { previousRows, type PreviousRow } from "./previous";

/** A trait that was typed otherwise than the team knows it. */
export type DifferingTrait = "birth_name" | "first_name" | "birth_date" | "sex";

const NOTHING: EarlierFacts = new Map();

/** The person of one capture. */
export class KnownPerson {
  summary = $state.raw<PersonSummary | null>(null);
  #communes = $state.raw<CommuneTable | null>(null);
  readonly #desk: Desk;
  readonly #capture: CaptureSession;

  /** What earlier visits knew, offered by the form to be confirmed. */
  readonly earlier: EarlierFacts = $derived.by(() => {
    const { summary } = this;
    if (summary === null) return NOTHING;
    return earlierFacts(
      this.#capture.form,
      summary.facts,
      (insee) => this.#communes?.get(insee)?.name ?? null,
    );
  });

  /** What the last time found of what this form keeps for comparison, beside `answers`. */
  previous(answers: Answers): readonly PreviousRow[] {
    const { summary } = this;
    if (summary === null || this.#capture.draft.replaces !== null) return [];
    const { form } = this.#capture;
    return previousRows(form, summary.facts, answers, (insee) => this.#communes?.get(insee)?.name ?? null);
  }

  /** As one text, so that a stroke in another question compares nobody again. */
  readonly #traits: string = $derived.by(() => JSON.stringify(traitsOf(this.#capture.answers)));

  /** Everyone who looks like the person, those ruled out too. */
  readonly alike: readonly Candidate[] = $derived.by(() => {
    const traits = JSON.parse(this.#traits) as Traits | null;
    if (traits === null) return [];
    const { stop } = this.#capture.draft;
    const { visit } = this.#capture;
    const { rosters, records, people } = this.#desk;
    const entries = records.length === 0 ? [] : this.#desk.entries;
    return candidates(traits, {
      visit,
      recognition: this.#capture.recognition,
      alike: people.resembling(traits),
      expected: rosters.find((roster) => roster.stop.id === stop.id)?.expected ?? [],
      today: currentRecords(
        entries.filter((entry) => entry.stop === stop.id),
        entries,
      ),
    });
  });

  /** Those about whom nobody has said anything yet. */
  readonly toSettle: readonly Candidate[] = $derived.by(() =>
    unsettled(this.alike, this.#capture.recognition),
  );

  /** Whether somebody else could be taken for this person: said beside the name, on every screen. */
  readonly isHomonym: boolean = $derived.by(() => {
    const { person } = this.#capture.recognition;
    return this.alike.some((each) => person === null || each.person !== person);
  });

  /** The traits in which what was answered is not what the team knows. */
  readonly differing: readonly DifferingTrait[] = $derived.by(() => {
    const { summary } = this;
    return summary === null ? [] : differences(this.#capture.answers, summary);
  });

  constructor(desk: Desk, capture: CaptureSession) {
    this.#desk = desk;
    this.#capture = capture;
  }

  /** The commune that the roster or the team knows, by name; `null` when neither does. */
  readonly commune: string | null = $derived.by(() => {
    const code = this.#capture.expected?.commune ?? this.summary?.commune ?? null;
    return code === null ? null : this.communeName(code);
  });

  /** The name of a commune, or its code while the table is not there. */
  communeName(insee: string): string {
    return this.#communes?.get(insee)?.name ?? insee;
  }

  /** Read what the team knows of whoever was recognised; again when that changes or something arrives. */
  async look(): Promise<void> {
    const { person } = this.#capture.recognition;
    this.#communes ??= await loadCommunes().catch(() => null);
    const summary = person === null ? null : await this.#desk.people.summary(person);
    if (this.#capture.recognition.person === person) this.summary = summary;
  }

  /**
   * « C'est cette personne »: her summary is carried forward, and when she is expected here, or her visit of today was
   * begun by somebody else, it is that visit which is being written. Traits not answered yet are filled in; those that
   * differ are left, and said. A correction keeps its visit.
   */
  async recognise({ person, expected, seen, id }: Candidate): Promise<void> {
    const { recognition, draft } = this.#capture;
    const visit = expected?.id ?? seen;
    if (visit !== null && draft.replaces === null) {
      await sayJoined(this.#desk, draft, visit, expected);
      this.#capture.join(visit, expected);
      if (expected !== null) await this.#bookedAs(expected);
    }
    const settled = [...recognition.settled, id];
    this.#capture.identify({ person: person ?? recognition.person, settled });
    await this.look();
    await this.fillIdentity(false);
    await this.#fillFacts();
  }

  /** What the summary remembers is the recognised person's: what was there of somebody else goes. */
  async #fillFacts(): Promise<void> {
    const { form, draft } = this.#capture;
    const starts = form.questions.filter(({ startsFrom }) => startsFrom?.from === "fact");
    if (starts.length === 0 || draft.replaces !== null) return;
    const { rememberedFacts } = await import("./prefill");
    const author = { by: this.#desk.slot.member, at: rfc3339(this.#desk.station.environment.clock()) };
    const facts = this.summary === null ? {} : await rememberedFacts(form, this.summary, author);
    const { answers, entries } = this.#capture;
    const others = Object.entries(answers).filter(
      ([linkId]) => !starts.some((question) => question.linkId === linkId),
    );
    this.#capture.change({ ...Object.fromEntries(others), ...facts }, entries);
  }

  async #bookedAs(expected: Expected): Promise<void> {
    const { booked } = await import("./prefill");
    const { form, draft } = this.#capture;
    const author = { by: this.#desk.slot.member, at: rfc3339(this.#desk.station.environment.clock()) };
    const { answers, entries } = this.#capture;
    this.#capture.change(booked(form, answers, expected, { author, begun: draft.started_at }), entries);
  }

  /** « C'est une autre personne »: remembered in the draft, and not asked again. */
  ruleOut({ id }: Candidate): void {
    const { person, settled } = this.#capture.recognition;
    this.#capture.identify({ person, settled: [...settled, id] });
  }

  /** Put the identity that the team knows where nothing was answered, or, when `over`, in place of what was. */
  async fillIdentity(over: boolean): Promise<void> {
    const { summary } = this;
    if (summary === null) return;
    const { knownIdentity } = await import("./prefill");
    const author = { by: this.#desk.slot.member, at: rfc3339(this.#desk.station.environment.clock()) };
    const known = await knownIdentity(this.#capture.form, summary, author);
    const { answers, entries } = this.#capture;
    this.#capture.change(over ? { ...answers, ...known } : { ...known, ...answers }, entries);
  }
}

/** What the team knows of the person of a signed record. */
export interface Acquaintance {
  /** Person key. */
  readonly person: string | null;
  /** INSEE code of their commune, by the roster or the directory: a record of a part of the visit may not say it. */
  readonly commune: string | null;
  /** Somebody else looks like them. */
  readonly homonym: boolean;
}

/** The person of a record: the one whom its roster entry names, else the only one of exactly these traits. */
export function acquaintanceOf(
  desk: Desk,
  answers: Answers,
  { visit, stop }: { readonly visit: string; readonly stop: string },
): Acquaintance {
  const roster = desk.rosters.find((each) => each.stop.id === stop);
  const expected = roster?.expected.find(({ id }) => id === visit);
  const traits = traitsOf(answers);
  const person = expected?.person ?? (traits === null ? null : desk.people.keyOf(traits));
  const listed = person === null ? null : desk.people.get(person);
  const commune = expected?.commune ?? listed?.commune ?? null;
  if (traits === null) return { person, commune, homonym: false };
  const homonym = desk.people.resembling(traits).some(({ entry }) => entry.person !== person);
  return { person, commune, homonym };
}

/** The traits answered so far; `null` while there is no name, or when nobody is named. */
export function traitsOf(answers: Answers): Traits | null {
  const identity = identityOf(answers);
  const { birth_name, first_given_name, used_name, birth_date } = identity;
  if (isUnnamed(identity) || (birth_name === null && first_given_name === null)) return null;
  return { birth_name, first_name: first_given_name, used_name, birth_date };
}

function differences(answers: Answers, known: PersonSummary): DifferingTrait[] {
  const identity = identityOf(answers);
  const said = { ...identity, first_name: identity.first_given_name };
  const folded = (name: string | null): string | null => (name === null ? null : foldName(name));
  const differ = (trait: DifferingTrait, read: (value: string | null) => string | null): boolean =>
    said[trait] !== null && known[trait] !== null && read(said[trait]) !== read(known[trait]);
  const asIs = (value: string | null): string | null => value;
  return [
    ...(["birth_name", "first_name"] as const).filter((trait) => differ(trait, folded)),
    ...(["birth_date", "sex"] as const).filter((trait) => differ(trait, asIs)),
  ];
}
