/** The items of a group as they are drawn: a result and the word on it stand together. */
import { type Form, isQuestion, type Item, type Question } from "$lib/forms/form";

/** What the professional says of results: the results of this group, those of others, the choice, what it asks then. */
export interface ReviewBlock {
  readonly kind: "review";
  readonly linkId: string;
  readonly review: Question;
  /** Drawn in the block, in the place where they stand. */
  readonly here: readonly Question[];
  /** Drawn in their own sections, and named again here. */
  readonly elsewhere: readonly Question[];
  /** Asked by what the choice says: a reason. */
  readonly reasons: readonly Question[];
}

/** An item by itself, or a block of results and their review. */
export type Block = { readonly kind: "item"; readonly linkId: string; readonly item: Item } | ReviewBlock;

/** `items` of one group in order; the results that stand just before their review are drawn with it. */
export function blocks(form: Form, items: readonly Item[]): readonly Block[] {
  const drawn: Block[] = [];
  let at = 0;
  while (at < items.length) {
    const item = items[at];
    at += 1;
    if (item === undefined) break;
    const results = isQuestion(item) ? reviewed(form, item) : [];
    if (!isQuestion(item) || results.length === 0) {
      drawn.push({ kind: "item", linkId: item.linkId, item });
      continue;
    }
    const here = takeBefore(drawn, results);
    const reasons: Question[] = [];
    for (let next = items[at]; isQuestion(next) && asksBecauseOf(next, item); next = items[at]) {
      reasons.push(next);
      at += 1;
    }
    const elsewhere = results.filter((result) => !here.includes(result));
    drawn.push({ kind: "review", linkId: item.linkId, review: item, here, elsewhere, reasons });
  }
  return drawn;
}

function reviewed(form: Form, { linkId }: Question): readonly Question[] {
  return form.questions.filter(({ reviewedBy }) => reviewedBy === linkId);
}

/** Takes from the end of `drawn` the results that stand there. */
function takeBefore(drawn: Block[], results: readonly Question[]): readonly Question[] {
  const here: Question[] = [];
  for (let last = drawn.at(-1); last?.kind === "item"; last = drawn.at(-1)) {
    const { item } = last;
    if (!isQuestion(item) || !results.includes(item)) break;
    here.unshift(item);
    drawn.pop();
  }
  return here;
}

function asksBecauseOf({ conditions }: Question, review: Question): boolean {
  return conditions.some(({ question }) => question === review.linkId);
}
