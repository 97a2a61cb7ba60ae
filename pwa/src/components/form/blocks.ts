/** The items of a group as they are drawn: a result and the word on it stand together. */
import { drawnAs, isTwoWay } from "./control";
import { type Form, isQuestion, type Item, type Question } from "$lib/forms/form";

/** What a group holds of short questions, at least, to be drawn in columns where there is room. */
const MANY = 3;

/** Whether the items of a block are short enough to stand in columns: numbers, and questions of two words. */
export function inColumns(items: readonly Item[]): boolean {
  const drawn = items.filter(({ hidden }) => !hidden);
  const short = (item: Item): boolean =>
    isQuestion(item) &&
    (isTwoWay(item) || (drawnAs(item) === "typed" && ["integer", "decimal", "quantity"].includes(item.type)));
  return drawn.length >= MANY && drawn.every(short);
}

/** What the professional says of results: the results of this group, those of others, the choice, what it asks then. */
export interface ReviewBlock {
  readonly kind: "review";
  readonly linkId: string;
  readonly review: Question;
  /** Drawn in the block, in the order in which they stand: results, and texts between them and the choice. */
  readonly here: readonly Item[];
  /** Drawn in other sections, and named again here. */
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
    const elsewhere = results.filter((result) => !here.includes(result) && result.section !== item.section);
    drawn.push({ kind: "review", linkId: item.linkId, review: item, here, elsewhere, reasons });
  }
  return drawn;
}

function reviewed(form: Form, { linkId }: Question): readonly Question[] {
  return form.questions.filter(({ reviewedBy }) => reviewedBy === linkId);
}

/** Takes from the end of `drawn` the results that stand there, with the texts that go with them. */
function takeBefore(drawn: Block[], results: readonly Question[]): readonly Item[] {
  const stands = drawn.map((block) => (block.kind === "item" ? block.item : null));
  let from = drawn.length;
  for (let at = drawn.length - 1; at >= 0; at -= 1) {
    const item = stands[at];
    if (!item) break;
    if (isQuestion(item) && results.includes(item)) from = at;
    else if (item.type !== "display") break;
  }
  return drawn.splice(from).flatMap((block) => (block.kind === "item" ? [block.item] : []));
}

function asksBecauseOf({ conditions }: Question, review: Question): boolean {
  return conditions.some(({ question }) => question === review.linkId);
}
