/** A group drawn as a table (`docs/forms.md`, grid): its groups are the rows, their questions the columns. */
import { type Form, type Group, isQuestion, type Item, type Question, spoken } from "./form";

/** One row: its group, and what stands under each heading; null where the row asks nothing there. */
export interface GridRow {
  readonly group: Group;
  readonly cells: readonly (Question | null)[];
}

/** What of a grid is asked: the headings that hold something, and the rows that do. */
export interface Grid {
  readonly headings: readonly string[];
  readonly rows: readonly GridRow[];
}

/** The heading of `question`'s column. */
export function headingOf(question: Question, language: "fr" | "en"): string {
  return spoken(question.short ?? question.label, language);
}

/** `group` as a table of those of its questions that are `asked`, headings in the order in which they first stand. */
export function gridOf(group: Group, asked: (question: Question) => boolean, language: "fr" | "en"): Grid {
  const rows = group.children.flatMap((row) => {
    if (row.type !== "group") return [];
    const questions = row.children.filter(isQuestion).filter(asked);
    return questions.length === 0 ? [] : [{ group: row, questions }];
  });
  const all = group.children.flatMap((row) => (row.type === "group" ? row.children.filter(isQuestion) : []));
  const headings = [...new Set(all.map((each) => headingOf(each, language)))].filter((heading) =>
    rows.some(({ questions }) => questions.some((each) => headingOf(each, language) === heading)),
  );
  return {
    headings,
    rows: rows.map(({ group: row, questions }) => ({
      group: row,
      cells: headings.map(
        (heading) => questions.find((each) => headingOf(each, language) === heading) ?? null,
      ),
    })),
  };
}

/** Whether all that `group` holds is calculated: a table to read, nothing to enter. */
export function isOfResults(group: Group): boolean {
  return group.children.every(
    (row) =>
      row.type === "group" &&
      row.children.every((each) => isQuestion(each) && each.calculation !== undefined),
  );
}

/** The grid that `question` stands in; null when its row is of none. */
export function gridAround(
  form: Form,
  question: Question,
): { readonly grid: Group; readonly row: Group } | null {
  const group = (linkId: string | null): Item | undefined =>
    linkId === null ? undefined : form.items.get(linkId);
  const row = group(question.parent);
  if (row?.type !== "group") return null;
  const grid = group(row.parent);
  return grid?.type === "group" && grid.grid ? { grid, row } : null;
}
