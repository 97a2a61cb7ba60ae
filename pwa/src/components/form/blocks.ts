/** The items of a group as they are drawn: a result and the word on it stand together. */
import { drawnAs, isTwoWay } from "./control";
import { type Form, isQuestion, type Item, type Question } from "$lib/forms/form";

/** What a group holds of short questions, at least, to be drawn in columns where there is room. */
const MANY = 3;

/** Whether the items of a block are short enough to stand in columns: numbers, and questions of two words. */
export function inColumns(items: readonly Item[]): boolean {
  const drawn = items.filter(({ hidden }) => !hidden);
  // Results are rows of one list, each with its rule.
  if (drawn.every(isResult)) return false;
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

/** Results that follow one another: one row each. */
export interface ResultsBlock {
  readonly kind: "results";
  readonly linkId: string;
  readonly results: readonly Question[];
}

interface ItemBlock {
  readonly kind: "item";
  readonly linkId: string;
  readonly item: Item;
}

/** An item by itself, results in a row, or a block of results and their review. */
export type Block = ItemBlock | ResultsBlock | ReviewBlock;

/** Whether `item` is calculated: nobody answers it. */
export function isResult(item: Item): item is Question {
  return isQuestion(item) && item.calculation !== undefined;
}

/** `items` of one group in order; the results that stand just before their review are drawn with it. */
export function blocks(form: Form, items: readonly Item[]): readonly Block[] {
  const drawn: (ItemBlock | ReviewBlock)[] = [];
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
  return inRows(drawn);
}

/** Several results that follow one another become one block; what is hidden between them is drawn nowhere. */
function inRows(drawn: readonly (ItemBlock | ReviewBlock)[]): readonly Block[] {
  const rows: Block[] = [];
  let run: ItemBlock[] = [];
  const close = (): void => {
    const results = run.map(({ item }) => item).filter(isResult);
    const [first] = results;
    if (first !== undefined && results.length > 1) {
      rows.push({ kind: "results", linkId: first.linkId, results });
    } else rows.push(...run);
    run = [];
  };
  for (const block of drawn) {
    if (block.kind === "item" && (isResult(block.item) || block.item.hidden)) run.push(block);
    else {
      close();
      rows.push(block);
    }
  }
  close();
  return rows;
}

function reviewed(form: Form, { linkId }: Question): readonly Question[] {
  return form.questions.filter(({ reviewedBy }) => reviewedBy === linkId);
}

/** Takes from the end of `drawn` the results that stand there, with the texts between them, over what is hidden. */
function takeBefore(drawn: (ItemBlock | ReviewBlock)[], results: readonly Question[]): readonly Item[] {
  const stands = drawn.map((block) => (block.kind === "item" ? block.item : null));
  let from = drawn.length;
  let reviews = false;
  for (let at = drawn.length - 1; at >= 0; at -= 1) {
    const item = stands[at];
    if (!item) break;
    if (isQuestion(item) && results.includes(item)) {
      from = at;
      reviews = true;
    } else if (isResult(item)) {
      // What nobody reviews stands with what is reviewed, when it comes just before.
      if (reviews) from = at;
    } else if (item.type !== "display" && !item.hidden) break;
  }
  return drawn.splice(from).flatMap((block) => (block.kind === "item" ? [block.item] : []));
}

function asksBecauseOf({ conditions }: Question, review: Question): boolean {
  return conditions.some(({ question }) => question === review.linkId);
}
