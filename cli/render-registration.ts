// What a registration changed, for people: a headline, then routes and GraphQL fields gained, changed and lost.
import type { ServiceAnswer } from './admin-answers.ts';
import { isHttpService, nameOf, serviceOf } from './operation-names.ts';
import { plural } from './print.ts';
import { renderDifferences, summarizeDifferences } from './render-differences.ts';
import { renderTable } from './table.ts';
import { type Paint, printable, type Style } from './terminal.ts';

interface Change {
  readonly sign: '+' | '-' | '~';
  /** As the gateway wrote it: `GET /v1/{name=books/*}` or `Query.book`. */
  readonly line: string;
}

/** A root field, or a joined field of a type. */
const GRAPHQL_FIELD = /^\w+\.\w+$/;
const ROUTE = /^([A-Z*]+) (\/.*)$/;

export function renderRegistration(
  service: ServiceAnswer,
  { isDryRun, style }: { readonly isDryRun: boolean; readonly style: Style },
): string {
  const changes = changesOf(service);
  const routes = changes.filter(({ line }) => ROUTE.test(line));
  const fields = changes.filter(({ line }) => GRAPHQL_FIELD.test(line));
  const others = changes.filter((change) => !routes.includes(change) && !fields.includes(change));
  const summary = summarizeDifferences(service.differenceCounts, style);
  return [
    `${headline(service, hasChanges(service), isDryRun, style)}\n${summary === '' ? '' : `${summary}\n`}`,
    ...section('REST', renderRoutes(routes, service, style), style),
    ...section('GraphQL', renderFields(fields, service, style), style),
    ...section(
      'Other',
      renderTable(
        others.map((change) => [signOf(change, style), change.line]),
        '  ',
      ),
      style,
    ),
    ...renderDifferences(service, new Set(service.removed), style),
  ].join('\n');
}

/** Whether clients find anything otherwise. */
export function hasChanges({ added, removed, changed, differenceCounts }: ServiceAnswer): boolean {
  const { breaking, dangerous, safe } = differenceCounts;
  return added.length + removed.length + changed.length + breaking + dangerous + safe > 0;
}

/** Whether something is lost, or means something else. */
export function hasLosses({ removed, changed, differenceCounts }: ServiceAnswer): boolean {
  return removed.length + changed.length + differenceCounts.breaking + differenceCounts.dangerous > 0;
}

/** The first letters of a revision: enough to recognise it, and accepted nowhere as the whole. */
export function shortRevision(revision: string): string {
  return revision.length > 16 ? revision.slice(0, 12) : revision;
}

function headline(service: ServiceAnswer, isChanged: boolean, isDryRun: boolean, style: Style): string {
  const name = style.bold(printable(service.name));
  const size = plural(service.operations.length, 'operation');
  const where = `${size} on ${printable(service.targets.join(', ')) || 'no upstream'}`;
  const revision = printable(shortRevision(service.revision));
  if (isDryRun) {
    const outcome = isChanged ? 'would be registered' : 'would look the same to clients';
    return `${name} ${outcome}: revision ${revision}, ${where}; nothing was changed`;
  }
  const outcome = isChanged ? style.green('live') : 'live, and the same to clients as before';
  return `${name} is ${outcome}: revision ${revision}, ${where}`;
}

function changesOf({ added, removed, changed }: ServiceAnswer): readonly Change[] {
  return [
    ...added.map((line): Change => ({ sign: '+', line })),
    ...changed.map((line): Change => ({ sign: '~', line })),
    ...removed.map((line): Change => ({ sign: '-', line })),
  ];
}

function section(title: string, body: string, style: Style): readonly string[] {
  return body === '' ? [] : [`${style.bold(title)}\n${body}`];
}

function renderRoutes(changes: readonly Change[], service: ServiceAnswer, style: Style): string {
  const isHttp = isHttpService(service);
  const byRoute = new Map(
    service.operations.flatMap(({ method, routes }) => routes.map((route) => [route, method])),
  );
  const rows = changes.map((change) => {
    const [, verb = '', path = ''] = ROUTE.exec(change.line) ?? [];
    const method = byRoute.get(change.line);
    // What `POST /{package.Service}/{Method}` reaches, its own path says. Of a lost route only the path is known.
    const isAutomatic =
      !isHttp &&
      verb === 'POST' &&
      (method === undefined ? AUTOMATIC_PATH.test(path) : path === `/${method}`);
    return { change, verb, path, method: isAutomatic ? undefined : (method ?? '') };
  });
  const declared = rows.filter((row) => row.method !== undefined);
  const automatic = groupAutomatic(rows.filter((row) => row.method === undefined));
  return renderTable(
    [
      ...declared.map(({ change, verb, path, method = '' }) => [
        signOf(change, style),
        verb,
        path,
        { text: nameOf(method, service), paint: style.dim },
      ]),
      ...automatic.map(({ sign, path, count }) => [
        signOf({ sign }, style),
        'POST',
        count === 1 ? path : `${serviceOf(path)}/{Method}`,
        { text: count === 1 ? 'by its name' : `${count} methods by their names`, paint: style.dim },
      ]),
    ],
    '  ',
  );
}

const AUTOMATIC_PATH = /^\/[\w.]*[A-Z]\w*\/[A-Z]\w*$/;

function groupAutomatic(rows: readonly { readonly change: Change; readonly path: string }[]) {
  const groups = new Map<string, { readonly sign: Change['sign']; readonly path: string; count: number }>();
  for (const { change, path } of rows) {
    const key = `${change.sign}${serviceOf(path)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { sign: change.sign, path, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()];
}

function renderFields(changes: readonly Change[], service: ServiceAnswer, style: Style): string {
  const byField = new Map(service.operations.map(({ method, graphql }) => [graphql, method]));
  const rows = changes.map((change) => [
    signOf(change, style),
    change.line,
    { text: nameOf(byField.get(change.line) ?? '', service), paint: style.dim },
  ]);
  return renderTable(rows, '  ');
}

function signOf({ sign }: Pick<Change, 'sign'>, style: Style): { text: string; paint: Paint } {
  const paints = { '+': style.green, '-': style.red, '~': style.yellow };
  return { text: sign, paint: paints[sign] };
}
