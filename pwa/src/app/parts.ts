/** The parts of a visit (docs/forms.md): one record holds it whole, or the reception and the medical part are two. */
import type { Resource } from "$lib/envelope/payload";

/** What one record holds of its visit. */
export type VisitPart = "complete" | "reception" | "medical";

/** What is missing of a visit, given the parts that are signed: nothing when it is whole. */
export function missingParts(parts: readonly VisitPart[]): readonly VisitPart[] {
  if (parts.includes("complete")) return [];
  return (["reception", "medical"] as const).filter((part) => !parts.includes(part));
}

/** The part that a QuestionnaireResponse holds; a form without parts is one whole. */
export function partIn(response: Resource): VisitPart {
  const code = answerCode(response["item"]);
  return code === "reception" || code === "medical" ? code : "complete";
}

interface ResponseItem {
  readonly linkId?: unknown;
  readonly item?: unknown;
  readonly answer?: readonly { readonly valueCoding?: { readonly code?: unknown } }[];
}

function answerCode(items: unknown): unknown {
  if (!Array.isArray(items)) return undefined;
  for (const item of items as readonly ResponseItem[]) {
    if (item.linkId === "identity.part") return item.answer?.[0]?.valueCoding?.code;
    const within = answerCode(item.item);
    if (within !== undefined) return within;
  }
  return undefined;
}
