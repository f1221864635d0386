// Columns that line up. Knows nothing of what stands in them.
import { type Paint, printable } from './terminal.ts';

export interface Cell {
  readonly text: string;
  readonly paint?: Paint;
}

/** Rows of equal length, two spaces between columns, none at the end of a line. */
export function renderTable(rows: readonly (readonly (Cell | string)[])[], indent = ''): string {
  const cells = rows.map((row) =>
    row.map((cell) => {
      const { text, paint }: Cell = typeof cell === 'string' ? { text: cell } : cell;
      return { text: printable(text), paint };
    }),
  );
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, { text }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(text));
    }
  }
  return cells
    .map((row) => {
      const last = row.findLastIndex(({ text }) => text !== '');
      const line = row.slice(0, last + 1).map(({ text, paint }, column) => {
        const padding = column === last ? '' : ' '.repeat((widths[column] ?? 0) - widthOf(text));
        return `${paint === undefined ? text : paint(text)}${padding}`;
      });
      return `${indent}${line.join('  ')}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** Code points; names here are ASCII but for what people write in their own files. */
function widthOf(text: string): number {
  return [...text].length;
}
