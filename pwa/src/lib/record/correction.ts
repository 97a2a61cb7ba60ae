/** A correction: a new draft that starts from a record, names it, and says why. */
import type { DraftStart } from "../drafts/drafts";
import type { Form } from "../forms/form";
import { fromQuestionnaireResponse } from "../forms/response";
import type { Stop } from "../central/roster";
import type { TeamRecord } from "./read";

/** What the correction needs besides the record. `form` is the version the record was captured with. */
export interface CorrectionRequest {
  /** Id of the new draft. */
  readonly id: string;
  readonly form: Form;
  readonly stop: Stop;
  readonly reason: string;
}

/**
 * The start of a draft that corrects `record`: same visit, same form version, same answers with their authors.
 *
 * Raises `FormInvalid` when the record is not of that form.
 */
export function correctionOf(record: TeamRecord, { id, form, stop, reason }: CorrectionRequest): DraftStart {
  const { organization, visit, form: reference, restricted } = record.payload;
  return {
    id,
    organization,
    visit,
    stop,
    expected: null,
    form: reference,
    replaces: { record: record.envelope, reason },
    replaces_restricted: restricted === true,
    period: record.period,
    answers: fromQuestionnaireResponse(form, record.response),
  };
}
