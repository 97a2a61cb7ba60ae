/** Patients' satisfaction on a tablet: answers go into the box at once, and out of it when sending them tells nothing. */
import { t } from "$i18n/index";
import { importRecipient, thumbprint } from "$lib/crypto/jwk";
import { randomUuid } from "$lib/crypto/random";
import type { Answers, Form } from "$lib/forms";
import { closeBox, countResponses, emptyBox, isDue, keepResponse } from "$lib/satisfaction/box";
import { flatAnswers, mondayOf } from "$lib/satisfaction/response";
import type { PublishedForm } from "$lib/central/form";
import type { Store } from "$lib/store/database";
import type { Enrolment } from "$lib/store/device";
import { readSetting, removeSetting, writeSetting } from "$lib/store/settings";
import { SyncError } from "$lib/sync/errors";
import { civilDate } from "$lib/sync/status.svelte";
import type { Environment } from "./environment";
import { readForm, type LoadedForm } from "./form";
import { codeAnswer } from "./part";
import { ABOUT } from "./service";

/** What a kiosk shows, chosen by the member who sets it up. */
export interface KioskSitting extends LoadedForm {
  readonly title: string;
  readonly campaign: string;
  /** The campaign's values of the form's settings. */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  /** The campaign's only service, chosen already; `null` or absent when it has several. */
  readonly service?: string | null;
}

const LOAN = "kiosk";

/** Keep that the tablet is lent with `sitting`: a reload must not put the team's names in a patient's hands. */
export async function keepLoan(store: Store, sitting: KioskSitting): Promise<void> {
  const { reference, title, campaign, settings, service = null } = sitting;
  await writeSetting(store, LOAN, {
    url: reference.url,
    version: reference.version,
    title,
    campaign,
    settings: { ...settings },
    service,
  });
}

/** The tablet is a member's again. */
export async function endLoan(store: Store): Promise<void> {
  await removeSetting(store, LOAN);
}

/** What the tablet is lent with; `null` when it is not, or when its form is here no more. Works while locked. */
export async function readLoan(
  store: Store,
  published: (url: string, version: string) => Promise<PublishedForm | null>,
): Promise<KioskSitting | null> {
  const loan = await readSetting(store, LOAN, (value) => value as Loan | undefined);
  if (loan === undefined) return null;
  const { url, version, title, campaign, settings, service = null } = loan;
  const found = await published(url, version);
  return found === null ? null : { ...readForm(found), title, campaign, settings, service };
}

interface Loan extends Pick<KioskSitting, "title" | "campaign" | "settings" | "service"> {
  readonly url: string;
  readonly version: string;
}

/** What a refusal or a silence of the node is followed by. */
const WAIT_AFTER_FAILURE_MS = 5 * 60_000;

/** What sends. */
export interface PostOffice {
  readonly environment: Pick<Environment, "store" | "clock" | "clocks" | "online">;
  /** The organisation that opens what is sealed. */
  readonly organization: () => Enrolment["organization"];
  /** Central's `POST /api/satisfaction`; yields the positions of those to send again later. Raises `SyncError`. */
  readonly post: (responses: readonly string[]) => Promise<readonly number[]>;
  /** How many wait now. */
  readonly told: (waiting: number) => void;
}

/** The answers of one tablet. Works while locked. */
export class SatisfactionPost {
  readonly #office: PostOffice;
  #sending: Promise<void> | null = null;
  #notBefore = -Infinity;

  constructor(office: PostOffice) {
    this.#office = office;
  }

  /** Keep what somebody answered; they may go once this resolves. Raises `StorageFull`. */
  async keep({ reference, campaign }: KioskSitting, answers: Answers): Promise<void> {
    const { environment, organization } = this.#office;
    const { encryption_key } = organization();
    const to = { kid: await thumbprint(encryption_key), key: await importRecipient(encryption_key) };
    const response = {
      id: randomUuid(),
      form: { url: reference.url, version: reference.version },
      campaign,
      week: mondayOf(this.#today),
      channel: "kiosk" as const,
      answers: flatAnswers(answers),
    };
    await keepResponse(environment.store, to, response, this.#today);
    await this.count();
    void this.consider();
  }

  /** Count what waits, and say it. */
  async count(): Promise<void> {
    this.#office.told(await countResponses(this.#office.environment.store));
  }

  /** A stop was closed: what waits goes as soon as there is a network. */
  async closed(): Promise<void> {
    await closeBox(this.#office.environment.store);
    this.#notBefore = -Infinity;
    void this.consider();
  }

  /** Send what waits, when it may go and the node may answer. Raises nothing of the network's. */
  consider(): Promise<void> {
    this.#sending ??= this.#send().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #send(): Promise<void> {
    const { environment, post } = this.#office;
    const { store, clocks, online } = environment;
    if (!online() || clocks.monotonic() < this.#notBefore || !(await isDue(store, this.#today))) return;
    try {
      await emptyBox(store, post, this.#today);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      this.#notBefore = clocks.monotonic() + WAIT_AFTER_FAILURE_MS;
    }
    await this.count();
  }

  get #today(): string {
    return civilDate(this.#office.environment.clock());
  }
}

/** The answers a sitting starts from: the form's own, the campaign's settings, and its service when it has one only. */
export async function kioskAnswers({
  form,
  settings,
  service = null,
}: Pick<KioskSitting, "form" | "settings" | "service">): Promise<Answers> {
  const { initialAnswers } = await import("$lib/forms");
  const nobody = { by: "", at: "" };
  return {
    ...initialAnswers(form, { settings, communeName: () => null }, nobody),
    ...codeAnswer(form, ABOUT, service, nobody),
  };
}

/** What comes of a sitting at its end: the answers still asked, calculated ones among them; or what a rule asks for. */
export type SittingEnd =
  | { readonly kind: "settled"; readonly answers: Answers }
  | { readonly kind: "refused"; readonly linkId: string; readonly words: string };

/** Hold `answers` to the rules of `form`, on the civil day `today`. */
export async function settle(form: Form, answers: Answers, today: string): Promise<SittingEnd> {
  const { judge, loadEvaluator } = await import("$lib/forms");
  const evaluator = await loadEvaluator();
  const context = { visitDate: today, today, stop: null, commune: () => null };
  const rules = { form, context, evaluator };
  const { signable, pass, findings } = judge(rules, { answers, entries: {} }, { by: "", at: "" });
  if (signable) return { kind: "settled", answers: pass.settled };
  const finding = findings.find(({ severity }) => severity === "error") ?? findings[0];
  if (finding === undefined) return { kind: "refused", linkId: "", words: t("satisfaction.refused") };
  // The station is in the entry bundle, and the words of a form are not.
  const { findingWords } = await import("$components/form/wording");
  const words = findingWords(form, finding, pass.settled[finding.linkId]);
  return { kind: "refused", linkId: finding.linkId, words };
}
