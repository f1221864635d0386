// What a service chose for its REST door, before and after: which changes of the choice clients notice.
import type { OutputOptions, RestOptions } from '../../core/rest-options.ts';
import type { Severity } from './difference.ts';

/** What a change of the option to `after` means; undefined: nobody who works now notices. */
type Rule<T> = (after: T) => { readonly severity: Severity; readonly message: string } | undefined;

const whenever =
  (message: string, severity: Severity = 'breaking') =>
  (): { severity: Severity; message: string } => ({ severity, message });

const to =
  (value: unknown, message: string): Rule<unknown> =>
  (after) =>
    after === value ? { severity: 'breaking', message } : undefined;

type Rules<T> = { readonly [K in keyof T]?: Rule<T[K]> };

/** Whether methods answer by their names is seen by their routes; what is shown of failures is for developers. */
const REST: Rules<RestOptions> = {
  unknownFields: to('refuse', 'JSON fields that are not known are refused now'),
  methodOverride: to(false, 'X-HTTP-Method-Override is ignored now'),
  emptyAs204: whenever('the status of answers without content is another one', 'dangerous'),
  streamDefault: whenever('streams have another form where the client names none'),
  ndjsonWrapper: whenever('lines of NDJSON are wrapped otherwise'),
  errors: whenever('refusals have a body of another form'),
  bodyConflict: to('reject', 'a body that disagrees with the path is refused now'),
  queryWithWholeBody: to('refuse', 'a query beside a whole body is refused now'),
  queryIntoBody: to(false, 'the query no longer fills fields of the body'),
  structInQuery: to(false, 'JSON in the query is taken no more'),
  enumCaseInsensitive: to(false, 'names of enums are taken in their own letter case only'),
  trailingSlash: to('strict', 'a path with one slash more at its end is not found any more'),
  multiSegmentDecode: whenever('variables of several segments are decoded otherwise', 'dangerous'),
  grpcMetadataPrefix: whenever('metadata comes under other header names'),
  nestedHttpBody: to(false, 'bodies inside of messages are taken no more'),
  protobuf: to(false, 'protobuf bodies are taken and answered no more'),
  websocket: to(false, 'streams are not reached over WebSocket any more'),
};

const OUTPUT: Rules<OutputOptions> = {
  defaults: to(false, 'fields that hold their default are left out of answers now'),
  protoNames: whenever('fields of answers have other names'),
  enumsAsNumbers: whenever('enums have another form in answers'),
  int64AsNumbers: whenever('64-bit integers have another form in answers'),
};

export interface SettingDifference {
  /** `rest.output.protoNames` */
  readonly path: string;
  readonly severity: Severity;
  readonly message: string;
  readonly before: string;
  readonly after: string;
}

export function compareSettings(before: RestOptions, after: RestOptions): SettingDifference[] {
  return [
    ...compareByRules('rest', REST, before, after),
    ...compareByRules('rest.output', OUTPUT, before.output, after.output),
    ...lost(
      'rest.responseHeaders',
      before.responseHeaders,
      after.responseHeaders,
      'comes no more',
      'breaking',
    ),
    ...(after.unknownFields === 'refuse'
      ? lost(
          'rest.ignoreQuery',
          before.ignoreQuery,
          after.ignoreQuery,
          'is refused in the query now',
          'breaking',
        )
      : []),
  ];
}

/** Headers of clients that the upstream hears of no more. */
export function compareForwarding(before: readonly string[], after: readonly string[]): SettingDifference[] {
  return lost('forwardHeaders', before, after, 'is not passed on to the upstream any more', 'dangerous');
}

function compareByRules<T extends object>(
  prefix: string,
  rules: Rules<T>,
  before: T,
  after: T,
): SettingDifference[] {
  return (Object.keys(rules) as (keyof T & string)[]).flatMap((name) => {
    if (before[name] === after[name]) return [];
    const verdict = rules[name]?.(after[name]);
    if (verdict === undefined) return [];
    const change = { before: String(before[name]), after: String(after[name]) };
    return [{ path: `${prefix}.${name}`, ...verdict, ...change }];
  });
}

function lost(
  path: string,
  before: readonly string[],
  after: readonly string[],
  what: string,
  severity: Severity,
): SettingDifference[] {
  return before
    .filter((entry) => !after.includes(entry))
    .map((entry) => ({
      path: `${path} ${entry}`,
      severity,
      message: what,
      before: entry,
      after: '',
    }));
}
