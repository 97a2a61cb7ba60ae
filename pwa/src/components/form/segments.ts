/** The rows of a section as a record draws them: those of one table together, the others a line each. */
import type { Cell, Row } from "$lib/forms/present";

/** A row that stands in a table. */
export type CellRow = Row & { readonly cell: Cell };

/** Rows that follow one another and are drawn together. */
export type Segment =
  { readonly kind: "rows"; readonly rows: Row[] } | { readonly kind: "grid"; readonly rows: CellRow[] };

function isCell(row: Row): row is CellRow {
  return row.cell !== undefined;
}

/** `rows` in order, cut where a table begins and ends. */
export function segments(rows: readonly Row[]): readonly Segment[] {
  const cut: Segment[] = [];
  for (const row of rows) {
    const last = cut.at(-1);
    if (isCell(row)) {
      if (last?.kind === "grid" && last.rows[0]?.cell.grid === row.cell.grid) last.rows.push(row);
      else cut.push({ kind: "grid", rows: [row] });
    } else if (last?.kind === "rows") last.rows.push(row);
    else cut.push({ kind: "rows", rows: [row] });
  }
  return cut;
}

/** The table of `rows`, all of one grid: a line a row, null where it says nothing under a heading. */
export function tabled(rows: readonly CellRow[]): {
  readonly headings: readonly string[];
  readonly lines: readonly {
    readonly linkId: string;
    readonly title: string;
    readonly cells: readonly (CellRow | null)[];
  }[];
} {
  const headings = [...new Set(rows.map(({ cell }) => cell.heading))];
  const lines = [...new Map(rows.map(({ cell }) => [cell.row, cell.title]))];
  const at = (line: string, heading: string): CellRow | null =>
    rows.find(({ cell }) => cell.row === line && cell.heading === heading) ?? null;
  return {
    headings,
    lines: lines.map(([linkId, title]) => ({
      linkId,
      title,
      cells: headings.map((heading) => at(linkId, heading)),
    })),
  };
}
