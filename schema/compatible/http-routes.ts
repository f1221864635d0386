// What clients of an HTTP service find otherwise in one of its operations: parameters, body, answers.
import type { HttpMedia, HttpOperation, HttpRequestBody, HttpResponse } from '../../core/http-operation.ts';
import type { Differences, SeenRoute, Severity } from './difference.ts';
import { compareParameters } from './http-parameters.ts';
import type { SchemaPairs, SchemaRole } from './schema-pairs.ts';

type Report = (severity: Severity, rule: string, place: string, message: string) => void;

/** `pairs` is of the documents of both; plain proxies have none. */
export function compareHttpRoutes(
  route: SeenRoute,
  before: HttpOperation,
  after: HttpOperation,
  pairs: SchemaPairs | undefined,
  differences: Differences,
): void {
  if (before === after) return;
  const report: Report = (severity, rule, place, message) =>
    differences.add({ severity, door: 'rest', rule, path: `${route.name} ${place}`, message });
  compareParameters(before.parameters, after.parameters, route, pairs, report);
  compareBodies(before.requestBody, after.requestBody, route, pairs, report);
  compareResponses(before.responses, after.responses, route, pairs, report);
  if (before.security.length === 0 && after.security.length > 0)
    report('breaking', 'security', 'security', 'needs credentials now');
}

function compareBodies(
  was: HttpRequestBody | undefined,
  is: HttpRequestBody | undefined,
  route: SeenRoute,
  pairs: SchemaPairs | undefined,
  report: Report,
): void {
  if (is === undefined) {
    if (was !== undefined)
      report('dangerous', 'body', 'body', 'is described no more; it may be ignored or refused');
    return;
  }
  if (is.isRequired && was?.isRequired !== true) report('breaking', 'body', 'body', 'has to be given now');
  if (was === undefined) return;
  for (const { mediaType } of missing(was.content, is.content))
    report('breaking', 'media-type', 'body', `is taken as ${mediaType} no more`);
  compareContents('request', was.content, is.content, 'body', route, pairs);
}

function compareResponses(
  was: readonly HttpResponse[],
  is: readonly HttpResponse[],
  route: SeenRoute,
  pairs: SchemaPairs | undefined,
  report: Report,
): void {
  const others = new Map(is.map((response) => [response.status, response]));
  for (const response of was) {
    const { status } = response;
    const other = others.get(status);
    const isSuccess = status.startsWith('2');
    if (other === undefined) {
      if (isSuccess) report('breaking', 'response-removed', status, 'is answered no more');
      continue;
    }
    for (const { mediaType } of missing(response.content, other.content))
      report(
        isSuccess ? 'breaking' : 'dangerous',
        'media-type',
        status,
        `is answered as ${mediaType} no more`,
      );
    for (const { name, isRequired } of response.headers) {
      const header = other.headers.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (header === undefined || (isRequired && !header.isRequired))
        report(
          isRequired ? 'breaking' : 'dangerous',
          'response-header',
          `${status} header ${name}`,
          'may not come any more',
        );
    }
    compareContents(isSuccess ? 'reply' : 'failure', response.content, other.content, status, route, pairs);
  }
  const known = new Set(was.map(({ status }) => status));
  for (const status of others.keys()) {
    if (!known.has(status) && status.startsWith('2') && was.some((one) => one.status.startsWith('2')))
      report('dangerous', 'response-added', status, 'may be answered now');
  }
}

function missing(was: readonly HttpMedia[], is: readonly HttpMedia[]): readonly HttpMedia[] {
  return was.filter(({ mediaType }) => !is.some((one) => one.mediaType === mediaType));
}

function compareContents(
  role: SchemaRole,
  was: readonly HttpMedia[],
  is: readonly HttpMedia[],
  place: string,
  route: SeenRoute,
  pairs: SchemaPairs | undefined,
): void {
  for (const media of was) {
    const other = is.find(({ mediaType }) => mediaType === media.mediaType);
    if (other === undefined) continue;
    const path = `${route.name} ${place}`;
    if (media.schema !== undefined && other.schema !== undefined)
      pairs?.compare(role, media.schema, other.schema, path, route);
    if (media.itemSchema !== undefined && other.itemSchema !== undefined)
      pairs?.compare(role, media.itemSchema, other.itemSchema, `${path} []`, route);
  }
}
