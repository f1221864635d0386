// All joins of a graph: found, declared, renamed, switched off. Puts joined fields into the types.
import type { GraphType, RootField } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import { components } from '../components.ts';
import type { NameBook } from '../name-book.ts';
import { changeJoins } from './change-joins.ts';
import { declareJoins } from './declare-joins.ts';
import { inferJoins } from './infer-joins.ts';
import { JoinCatalogue, type JoinSource } from './join-catalogue.ts';
import { enumerate } from './join-report.ts';
import type { JoinSettings } from './join-settings.ts';
import { linkJoins } from './link-joins.ts';
import { PublishedJoins } from './published-joins.ts';
import { reverseJoins } from './reverse-joins.ts';

export interface JoinedGraph {
  /** Changed in place. */
  readonly types: Map<string, GraphType>;
  readonly queries: readonly RootField[];
  readonly mutations: readonly RootField[];
  readonly sources: readonly JoinSource[];
  /** What was published before, and is now. */
  readonly book: NameBook;
}

/** Problems of severity `error` are those of declared joins. */
export function addJoins(
  { types, queries, mutations, sources, book }: JoinedGraph,
  settings: JoinSettings,
): Problem[] {
  const catalogue = new JoinCatalogue(sources, queries, types);
  const published = new PublishedJoins(book, catalogue);
  const found = [
    ...(settings.infer ? inferJoins(catalogue, published) : []),
    ...(settings.reverse ? reverseJoins(catalogue, published) : []),
    ...linkJoins(catalogue, [...queries, ...mutations]),
  ];
  const changed = changeJoins(settings.entries, catalogue, found);
  const declared = declareJoins(settings.entries, catalogue);
  return [...changed, ...declared, ...cycles(settings, catalogue)];
}

/** Joins that lead back to where they started are fine: documents have a depth. Who declares some should know. */
function cycles({ entries }: JoinSettings, catalogue: JoinCatalogue): Problem[] {
  const declared = entries.filter((entry) => entry.kind === 'declared');
  if (declared.length === 0) return [];
  const edges = (typeName: string): string[] =>
    catalogue
      .fieldsOf(typeName)
      .flatMap(({ source }) =>
        source.kind === 'join' && source.join.result.kind === 'message' ? [source.join.result.type] : [],
      );
  const roots = catalogue.places.map(({ typeName }) => typeName);
  return components(roots, edges).flatMap((component): Problem[] => {
    const members = new Set(component);
    const isCycle = component.length > 1 || component.some((name) => edges(name).includes(name));
    const entry = declared.find(({ on }) =>
      catalogue.places.some(({ names, typeName }) => names.includes(on.text) && members.has(typeName)),
    );
    if (!isCycle || entry === undefined) return [];
    const message =
      `joins lead in a circle through ${enumerate([...component].sort())}: ` +
      'how far a document may follow it is limited by its depth and its cost';
    return [{ severity: 'note', rule: 'join-cycle', message, ...entry.position }];
  });
}
