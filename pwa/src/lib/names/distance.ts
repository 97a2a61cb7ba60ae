/** How many slips of the finger lie between two texts. */

/**
 * The number of letters to insert, remove, replace or swap with their neighbour to make `other` of `one`, or
 * `bound + 1` as soon as it is more than `bound`.
 */
export function slipsBetween(one: string, other: string, bound: number): number {
  if (Math.abs(one.length - other.length) > bound) return bound + 1;
  let older: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= other.length; column += 1) {
      line.push(cheapest(one, other, { row, column, line, above, older }));
    }
    if (Math.min(...line) > bound) return bound + 1;
    [older, above] = [above, line];
  }
  return Math.min(above[other.length] ?? bound + 1, bound + 1);
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly line: readonly number[];
  readonly above: readonly number[];
  readonly older: readonly number[];
}

function cheapest(one: string, other: string, { row, column, line, above, older }: Cell): number {
  const at = (costs: readonly number[], place: number): number => costs[place] ?? Infinity;
  const same = one[row - 1] === other[column - 1];
  const swapped =
    row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
  return Math.min(
    at(line, column - 1) + 1,
    at(above, column) + 1,
    at(above, column - 1) + (same ? 0 : 1),
    swapped ? at(older, column - 2) + 1 : Infinity,
  );
}
