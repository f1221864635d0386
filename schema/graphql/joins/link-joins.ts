// Link Objects of OpenAPI documents as joined fields: from an answer to another operation of the same document
// (graphql reference, section 4). A link that needs more than the answer itself is left out, and a note says why.
import type { Join, JoinKey, RootField } from '../../../core/graph.ts';
import type { HttpLink } from '../../../core/http-operation.ts';
import type { Problem } from '../../../core/problem.ts';
import { lowerCamelCase, validName } from '../names.ts';
import { findPath, keyField, repeatedPlaces } from './field-path.ts';
import type { JoinCatalogue, Place, Read } from './join-catalogue.ts';
import { isComparable, isMixedInteger, type JoinMessage } from './join-message.ts';
import { costNote, madeNote, notMade } from './join-report.ts';

/** More than people read. */
const MAX_NOTES = 500;

/** Adds the joined fields to the types that the operations of `roots` answer. */
export function linkJoins(catalogue: JoinCatalogue, roots: readonly RootField[]): Problem[] {
  const reads = new Map(
    // Of several with one name the first counts.
    catalogue.reads.toReversed().map((one) => [readKey(one.operation), one] as const),
  );
  const problems = roots.flatMap((root) => {
    const { operation, result } = root;
    if (operation.http === undefined || result.kind !== 'message') return [];
    const place = catalogue.places.find(({ typeName }) => typeName === result.type);
    const links = operation.http.responses
      .filter(({ status }) => status.startsWith('2'))
      .flatMap((response) => response.links);
    return place === undefined ? [] : links.flatMap((link) => addLink(link, root, place, reads, catalogue));
  });
  if (problems.length <= MAX_NOTES) return problems;
  const message = `${problems.length - MAX_NOTES} more things are to be said of links`;
  return [...problems.slice(0, MAX_NOTES), { severity: 'note', rule: 'join-left-out', message }];
}

function readKey({ service, name }: Pick<Read['operation'], 'service' | 'name'>): string {
  return `${service} ${name}`;
}

function addLink(
  link: HttpLink,
  { operation }: RootField,
  place: Place,
  reads: ReadonlyMap<string, Read>,
  catalogue: JoinCatalogue,
): Problem[] {
  const name = validName(lowerCamelCase(link.name));
  const what = `${place.typeName}.${name}, a link of ${operation.name},`;
  const read = reads.get(readKey({ service: operation.service, name: link.operation }));
  const parent = place.message();
  if (read === undefined || parent === undefined) {
    return [notMade(what, `${link.operation} is no query`, operation.position)];
  }
  const known = catalogue.fieldsOf(place.typeName).find((field) => field.name === name);
  // Several operations that answer the same type have the same link.
  if (known?.source.kind === 'join' && known.source.join.operation === read.operation) return [];
  if (known !== undefined) return [notMade(what, `the name ${name} is taken`, operation.position)];
  const filled = fill(link, parent, read, catalogue);
  if (typeof filled === 'string') return [notMade(what, filled, operation.position)];
  const { result, type, deprecation } = read.root;
  const join: Join = {
    name: `${place.typeName}.${name}`,
    operation: read.operation,
    form: 'single',
    keys: filled.keys,
    items: undefined,
    result: result.kind === 'list' ? result.item : result,
    cardinality: result.kind === 'list' ? 'all' : 'one',
    maxBatch: 1,
    fallback: undefined,
    readMask: undefined,
    ...(filled.constants.length > 0 && { constants: filled.constants }),
    reason: `${operation.name} links to it`,
  };
  catalogue.put(place.typeName, {
    name,
    type,
    description: link.description,
    deprecation,
    source: { kind: 'join', join },
  });
  const cost = costNote(join, operation.position);
  return [madeNote(join, operation.position), ...(cost === undefined ? [] : [cost])];
}

interface Filled {
  readonly keys: readonly JoinKey[];
  readonly constants: NonNullable<Join['constants']>;
}

/** In words why the link cannot be followed from the answer alone. */
function fill(link: HttpLink, parent: JoinMessage, read: Read, catalogue: JoinCatalogue): Filled | string {
  if (link.requestBody !== undefined) return 'it has a body';
  const request = catalogue.requestOf(read);
  const keys: JoinKey[] = [];
  const constants: { readonly request: readonly string[]; readonly value: string | number | boolean }[] = [];
  const given = new Set<string>();
  for (const [text, value] of link.parameters) {
    const target = findPath(request, text.replace(/^(?:path|query|header|cookie)\./, ''));
    if (typeof target === 'string') return `${read.operation.name} has no argument ${text.slice(0, 100)}`;
    // A list gets the one value.
    const [repeatedAt, ...more] = repeatedPlaces(target);
    if (more.length > 0) return `${text} is a list within a list`;
    for (const name of target.members[0].names) given.add(name);
    if (typeof value === 'object') return `${text} is neither a value nor a place in the answer`;
    const pointer =
      typeof value === 'string' ? /^\{?\$response\.body#\/([^{}]*)\}?$/.exec(value)?.[1] : undefined;
    if (pointer === undefined) {
      if (typeof value === 'string' && value.includes('$'))
        return `${text} comes from elsewhere than the answer's body`;
      if (repeatedAt !== undefined) return `${text} is a list`;
      constants.push({ request: target.keys, value });
      continue;
    }
    const source = findPath(parent, pointer.split('/').map(unescaped).join('.'));
    if (typeof source === 'string') return source;
    if (repeatedPlaces(source).length > 0) return `${pointer} of the answer is a list`;
    if (!isComparable(target.last, source.last))
      return `${text} is of another type than ${pointer} of the answer`;
    keys.push({
      parent: keyField(source, true),
      request: target.keys,
      isRepeated: repeatedAt !== undefined,
      ...(repeatedAt !== undefined && { repeatedAt }),
      item: undefined,
      isName: false,
      ...(isMixedInteger([target.last, source.last]) && { integer: 'number' as const }),
    });
  }
  const missing = read.root.arguments.find((field) => field.type.isRequired && !given.has(field.name));
  if (missing !== undefined)
    return `${read.operation.name} needs ${missing.name}, which the link does not give`;
  return keys.length === 0 ? 'it takes nothing from the answer' : { keys, constants };
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
