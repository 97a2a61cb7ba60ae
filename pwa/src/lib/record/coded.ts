/** The code that a QuestionnaireResponse answers to one item, without its form. */
import type { Resource } from "../envelope/payload";

/** The agreement without which there is no act (docs/clinical/teleconsultation.md). */
export const CONSENT = "consent.teleconsultation";

interface ResponseItem {
  readonly linkId?: unknown;
  readonly item?: unknown;
  readonly answer?: readonly { readonly valueCoding?: { readonly code?: unknown } }[];
}

/** The first code answered to `linkId`, or `null`. */
export function codeIn(response: Resource, linkId: string): string | null {
  const code = codeAmong(response["item"], linkId);
  return typeof code === "string" ? code : null;
}

/** Instead of the code of a part: the person refused the act, and nothing follows. */
export const ENDED = "ended";

/** Whether the answer `code` to `consent.teleconsultation` ends the act. */
export const endsAct = (code: string | null): boolean => code === "no";

/** The part of the visit that a record holds, `ENDED` when it ends the act, `null` of a form without parts. */
export function partIn(response: Resource): string | null {
  return endsAct(codeIn(response, CONSENT)) ? ENDED : codeIn(response, "identity.part");
}

function codeAmong(items: unknown, linkId: string): unknown {
  if (!Array.isArray(items)) return undefined;
  for (const item of items as readonly ResponseItem[]) {
    if (item.linkId === linkId) return item.answer?.[0]?.valueCoding?.code;
    const within = codeAmong(item.item, linkId);
    if (within !== undefined) return within;
  }
  return undefined;
}
