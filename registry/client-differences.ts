// What a registration means for clients: the routes of its service, the whole graph, and documents that would break.
import type { Problem } from '../core/problem.ts';
import { compareGraphs } from '../schema/compatible/compare-graphs.ts';
import { compareRoutes } from '../schema/compatible/compare-routes.ts';
import { type Difference, Differences } from '../schema/compatible/difference.ts';
import type { SnapshotDraft } from './build-snapshot.ts';

type Served = Pick<SnapshotDraft, 'routes' | 'graph'>;

/** `brokenDocuments` are problems of the doors: what they name ran and would not run any more. */
export function clientDifferences(
  service: string,
  before: Served,
  after: Served,
  brokenDocuments: readonly Problem[],
): readonly Difference[] {
  const differences = new Differences();
  compareRoutes(service, before.routes, after.routes, differences);
  compareGraphs(before.graph, after.graph, differences);
  for (const { path = 'a document', message, rule } of brokenDocuments)
    differences.add({ severity: 'breaking', door: 'graphql', rule, path, message });
  return differences.list();
}

/** A trusted document that runs on what is in force and would not run any more. */
export function isBrokenDocument({ severity, rule }: Problem): boolean {
  return severity === 'error' && rule === 'trusted-document';
}
