// Answers of the admin API as the command reads them. A field that is missing reads as empty: an older or
// newer gateway must not crash the command.
import type { Problem } from '../core/problem.ts';

export interface OperationAnswer {
  /** `package.Service/Method` */
  readonly method: string;
  readonly shape: string;
  readonly effect: string;
  readonly effectReason: string;
  /** `GET /v1/{name=books/*}` */
  readonly routes: readonly string[];
  /** `Query.book`; empty if the operation is not in GraphQL. */
  readonly graphql: string;
}

/** What a registration changes for clients in one place. */
export interface DifferenceAnswer {
  readonly severity: 'breaking' | 'dangerous' | 'safe';
  readonly door: string;
  readonly path: string;
  readonly message: string;
  /** The first routes that lead there, and how many more do. */
  readonly seenIn: readonly string[];
  readonly seenInMore: number;
}

export interface DifferenceCounts {
  readonly breaking: number;
  readonly dangerous: number;
  readonly safe: number;
}

export interface ServiceSummary {
  readonly name: string;
  readonly revision: string;
  readonly targets: readonly string[];
  readonly operationCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly isOwnedByFile: boolean;
  /** The answer as it came, for output as a document. */
  readonly raw: unknown;
}

export interface ServiceAnswer extends ServiceSummary {
  readonly operations: readonly OperationAnswer[];
  readonly forwardHeaders: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly differences: readonly DifferenceAnswer[];
  /** Of all, also of those that are not listed. */
  readonly differenceCounts: DifferenceCounts;
  readonly remarks: readonly Problem[];
}

export interface GraphqlSchemaAnswer {
  readonly sdl: string;
  readonly revision: string;
}

export function readGraphqlSchema(answer: unknown): GraphqlSchemaAnswer {
  const schema = asObject(answer);
  return { sdl: text(schema.get('sdl')), revision: text(schema.get('revision')) };
}

export function readOpenapiDocument(answer: unknown): string {
  return text(asObject(answer).get('document'));
}

export function readServiceSummaries(answer: unknown): readonly ServiceSummary[] {
  return list(asObject(answer).get('services')).map(readSummary);
}

export function readService(answer: unknown): ServiceAnswer {
  const service = asObject(answer);
  const operations = list(service.get('operations')).map(readOperation);
  return {
    ...readSummary(answer),
    operationCount: operations.length,
    operations,
    forwardHeaders: texts(service.get('forwardHeaders')),
    added: texts(service.get('added')),
    removed: texts(service.get('removed')),
    changed: texts(service.get('changed')),
    differences: list(service.get('differences')).map(readDifference),
    differenceCounts: readCounts(service.get('differenceCounts')),
    remarks: readProblems(service.get('remarks')),
  };
}

export function readProblems(answer: unknown): readonly Problem[] {
  return list(answer).map((entry): Problem => {
    const problem = asObject(entry);
    const severity = problem.get('severity');
    const path = problem.get('path');
    const line = problem.get('line');
    const column = problem.get('column');
    return {
      severity: severity === 'warning' || severity === 'note' ? severity : 'error',
      message: text(problem.get('message')),
      rule: text(problem.get('rule')),
      ...(typeof path === 'string' && { path }),
      ...(typeof line === 'number' && { line }),
      ...(typeof column === 'number' && { column }),
    };
  });
}

/** Own entries only; anything that is no object has none. */
export function asObject(value: unknown): ReadonlyMap<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map(isObject ? Object.entries(value) : []);
}

function readSummary(answer: unknown): ServiceSummary {
  const service = asObject(answer);
  return {
    name: text(service.get('name')),
    revision: text(service.get('revision')),
    targets: readTargets(service.get('upstream')),
    operationCount: count(service.get('operationCount')),
    createdAt: text(service.get('createdAt')),
    updatedAt: text(service.get('updatedAt')),
    isOwnedByFile: service.get('ownedByFile') === true,
    raw: answer,
  };
}

function readTargets(upstream: unknown): readonly string[] {
  if (typeof upstream === 'string') return [upstream];
  return list(asObject(upstream).get('targets')).map((target) => text(asObject(target).get('url')));
}

function readOperation(answer: unknown): OperationAnswer {
  const operation = asObject(answer);
  return {
    method: text(operation.get('method')),
    shape: text(operation.get('shape')),
    effect: text(operation.get('effect')),
    effectReason: text(operation.get('effectReason')),
    routes: texts(operation.get('routes')),
    graphql: text(operation.get('graphql')),
  };
}

function readDifference(answer: unknown): DifferenceAnswer {
  const difference = asObject(answer);
  const severity = difference.get('severity');
  return {
    // What is not known to be harmless is told of as if it were not.
    severity: severity === 'safe' || severity === 'dangerous' ? severity : 'breaking',
    door: text(difference.get('door')),
    path: text(difference.get('path')),
    message: text(difference.get('message')),
    seenIn: texts(difference.get('seenIn')),
    seenInMore: count(difference.get('seenInMore')),
  };
}

function readCounts(answer: unknown): DifferenceCounts {
  const counts = asObject(answer);
  return {
    breaking: count(counts.get('breaking')),
    dangerous: count(counts.get('dangerous')),
    safe: count(counts.get('safe')),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).filter((entry): entry is string => typeof entry === 'string');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
