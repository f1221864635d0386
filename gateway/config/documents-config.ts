// The `documents` of the configuration file: folders of trusted documents, and the routes that some of them answer.
// What the files themselves hold is read by read-documents.ts.
import type { RestOptions } from '../../core/rest-options.ts';
import { parseTemplate } from '../../schema/routes/template.ts';
import type { AggregateConfig } from '../graphql/documents/aggregate.ts';
import { parseVariableSource, type VariableSource } from '../graphql/documents/variable-source.ts';
import { type ConfigNode, findNode, type MappingNode } from './config-node.ts';
import type { DocumentFolder } from './gateway-config.ts';
import { type SettingReader, toItems, toText } from './setting-reader.ts';
import { readDuration } from './units.ts';

const DEFAULT_DEADLINE_MS = 30_000;

export function readDocumentFolders(settings: SettingReader): readonly DocumentFolder[] {
  const claimed = new Map<string, number | undefined>();
  return toItems(settings.find('documents')).flatMap((node, index) => {
    const folder = toText(findNode(node, 'folder'));
    if (folder === undefined) return [];
    const aggregates = toItems(findNode(node, 'aggregates')).flatMap((item, inner) => {
      const place = `documents[${index}].aggregates[${inner}]`;
      const aggregate = readAggregate(settings, item, place);
      if (aggregate === undefined) return [];
      const route = `${aggregate.method} ${aggregate.template}`;
      if (claimed.has(route))
        settings.refuse(
          item,
          'duplicate-route',
          `${place}: ${route} is on line ${claimed.get(route)} already`,
        );
      claimed.set(route, item.position.line);
      return [aggregate];
    });
    return [{ folder: settings.resolvePath(node, folder), position: node.position, aggregates }];
  });
}

function readAggregate(
  settings: SettingReader,
  node: ConfigNode,
  place: string,
): AggregateConfig | undefined {
  const [, method = '', template = ''] = /^([A-Z]+) (.*)$/.exec(toText(findNode(node, 'route')) ?? '') ?? [];
  const document = toText(findNode(node, 'document'));
  const parsed = parseTemplate(template);
  const routeNode = findNode(node, 'route');
  if (routeNode !== undefined && !parsed.ok) {
    for (const { message } of parsed.problems)
      settings.refuse(routeNode, 'wrong-value', `${place}.route: the path template ${message}`);
  }
  const pathNames = parsed.ok ? parsed.value.variables.map(({ fieldPath }) => fieldPath.join('.')) : [];
  const variables = readVariables(settings, findNode(node, 'variables'), { place, pathNames, method });
  const deadlineMs = settings.read(findNode(node, 'deadline'), `${place}.deadline`, readDuration);
  if (document === undefined || !parsed.ok) return undefined;
  const notFound = toText(findNode(node, 'notFound'));
  return {
    method,
    template,
    document,
    operation: toText(findNode(node, 'operation')),
    variables,
    result: toText(findNode(node, 'result'))?.split('.') ?? [],
    notFound: notFound?.split('.'),
    partial: toText(findNode(node, 'partial')) === 'allow' ? 'allow' : 'refuse',
    deadlineMs: deadlineMs ?? DEFAULT_DEADLINE_MS,
    errors: (toText(findNode(node, 'errors')) ?? 'problem') as RestOptions['errors'],
    position: node.position,
  };
}

interface VariablesPlace {
  readonly place: string;
  readonly pathNames: readonly string[];
  readonly method: string;
}

function readVariables(
  settings: SettingReader,
  node: ConfigNode | undefined,
  { place, pathNames, method }: VariablesPlace,
): ReadonlyMap<string, readonly VariableSource[]> {
  const variables = new Map<string, readonly VariableSource[]>();
  const entries: MappingNode['entries'] = node?.kind === 'mapping' ? node.entries : new Map();
  for (const [name, { node: value }] of entries) {
    const refuse = (message: string): void =>
      settings.refuse(value, 'wrong-value', `${place}.variables.${name} ${message}`);
    const text = toText(value);
    if (text === undefined) continue;
    const sources = parseVariableSource(text);
    if (sources === undefined) {
      refuse('must be such as path.order, query.limit ?? 10, body.items or body');
      continue;
    }
    for (const source of sources) {
      if (source.kind === 'path' && !pathNames.includes(source.name)) {
        const has = pathNames.length === 0 ? 'has no variables' : `has ${pathNames.join(', ')}`;
        refuse(`reads path.${source.name}, but the route ${has}`);
      }
      if (source.kind === 'body' && (method === 'GET' || method === 'HEAD' || method === 'DELETE'))
        refuse(`reads the body, and a ${method} has none`);
    }
    variables.set(name, sources);
  }
  return variables;
}
