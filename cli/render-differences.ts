// What clients find otherwise, for people: the gravest first, each with its door, its place and what it means.
import type { DifferenceAnswer, DifferenceCounts } from './admin-answers.ts';
import { plural } from './print.ts';
import { type Cell, renderTable } from './table.ts';
import type { Paint, Style } from './terminal.ts';

const SECTIONS = [
  { severity: 'breaking', title: 'Breaking', most: 100 },
  { severity: 'dangerous', title: 'Dangerous', most: 50 },
  { severity: 'safe', title: 'Safe', most: 20 },
] as const;

export interface DifferencesAnswer {
  readonly differences: readonly DifferenceAnswer[];
  readonly differenceCounts: DifferenceCounts;
}

/** `2 breaking changes, 1 dangerous, 4 safe`; empty if there are none. */
export function summarizeDifferences({ breaking, dangerous, safe }: DifferenceCounts, style: Style): string {
  const parts = [
    ...(breaking > 0 ? [style.red(plural(breaking, 'breaking change'))] : []),
    ...(dangerous > 0 ? [style.yellow(`${dangerous} dangerous`)] : []),
    ...(safe > 0 ? [`${safe} safe`] : []),
  ];
  if (parts.length === 0) return '';
  const noun = breaking > 0 ? '' : dangerous + safe === 1 ? ' change' : ' changes';
  return parts.join(', ') + noun;
}

/** A section for each gravity. `shown` are places of which it is known already that they are gone. */
export function renderDifferences(
  { differences, differenceCounts }: DifferencesAnswer,
  shown: ReadonlySet<string>,
  style: Style,
): readonly string[] {
  const paints: Record<string, Paint> = { breaking: style.red, dangerous: style.yellow, safe: style.green };
  return SECTIONS.flatMap(({ severity, title, most }) => {
    const all = differences.filter((one) => one.severity === severity);
    const rest = all.filter((one) => !isPlainLoss(one, shown));
    if (rest.length === 0) return [];
    const listed = rest.slice(0, most);
    const more = differenceCounts[severity] - (all.length - rest.length) - listed.length;
    const rows = listed.flatMap((one) => rowsOf(one, paints[severity]));
    const tail =
      more > 0 ? `  and ${more} more; -o json lists ${severity === 'safe' ? 'them' : 'more of them'}\n` : '';
    return [`${style.bold(title)}\n${renderTable(rows, '  ')}${tail}`];
  });
}

/** Lost as a whole, as the lines above say with a minus. */
function isPlainLoss({ path, message }: DifferenceAnswer, shown: ReadonlySet<string>): boolean {
  return shown.has(path) && (message === 'the route is gone' || message === 'the field is gone');
}

function rowsOf({ door, path, message, seenIn, seenInMore }: DifferenceAnswer, paint?: Paint): Cell[][] {
  const more = seenInMore > 0 ? [`${seenInMore} more`] : [];
  const where = seenIn.length === 0 ? '' : ` (${[...seenIn, ...more].join(', ')})`;
  return [
    [
      { text: door === 'graphql' ? 'GraphQL' : 'REST', ...(paint && { paint }) },
      { text: path },
      { text: message + where },
    ],
  ];
}
