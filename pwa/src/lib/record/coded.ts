/** The code that a QuestionnaireResponse answers to one item, without its form. */
import type { Resource } from "../envelope/payload";

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

function codeAmong(items: unknown, linkId: string): unknown {
  if (!Array.isArray(items)) return undefined;
  for (const item of items as readonly ResponseItem[]) {
    if (item.linkId === linkId) return item.answer?.[0]?.valueCoding?.code;
    const within = codeAmong(item.item, linkId);
    if (within !== undefined) return within;
  }
  return undefined;
}
