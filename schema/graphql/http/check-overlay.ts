// Holds what the overlay of an HTTP service names against its document: an entry that matches nothing, or asks for what
// its thing cannot have, is refused where it is written.
import type { GraphSettings, OverlayEntry } from '../../../core/graph-settings.ts';
import type { HttpDocument } from '../../../core/http-operation.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import type { Problem } from '../../../core/problem.ts';
import { overlayPlace } from '../check-overlay.ts';
import { isValidName } from '../names.ts';
import { componentKey, operationKey, parameterKey, propertyKey } from './overlay-names.ts';

type Kind = 'operation' | 'parameter' | 'header or cookie parameter' | 'component' | 'property';

const MEMBERS: Readonly<Record<Kind, readonly (keyof OverlayEntry)[]>> = {
  operation: ['rename', 'hide', 'effect', 'cost'],
  parameter: ['rename', 'hide'],
  'header or cookie parameter': ['rename', 'hide', 'expose'],
  component: ['rename'],
  property: ['rename', 'hide', 'nonNull'],
};

export function checkHttpOverlay(
  service: string,
  settings: GraphSettings | undefined,
  operations: readonly Operation[],
): Problem[] {
  const entries = Object.entries(settings?.overlay ?? {});
  if (entries.length === 0) return [];
  const known = knownElements(operations);
  return entries.flatMap(([key, entry]): Problem[] => {
    const kind = known.get(key);
    if (kind === undefined) {
      const message =
        `${JSON.stringify(key.slice(0, 200))} is nothing that this service shows in GraphQL; an entry is named by an ` +
        'operation (listReviews), one of its parameters (listReviews.limit), #/components/schemas/NAME or a property of it';
      return [refusal(overlayPlace(service, key), message)];
    }
    return [...faults(kind, entry)].map(([member, message]) =>
      refusal(overlayPlace(service, key, member), message),
    );
  });
}

function knownElements(operations: readonly Operation[]): ReadonlyMap<string, Kind> {
  const known = new Map<string, Kind>();
  for (const operation of operations) {
    known.set(operationKey(operation), 'operation');
    for (const { name, place } of operation.http?.parameters ?? []) {
      const isHeader = place === 'header' || place === 'cookie';
      known.set(parameterKey(operation, name), isHeader ? 'header or cookie parameter' : 'parameter');
    }
  }
  const document = operations.find(({ http }) => http?.document !== undefined)?.http?.document;
  for (const [key, kind] of document === undefined ? [] : schemaElements(document)) known.set(key, kind);
  return known;
}

function* schemaElements({ schemas }: HttpDocument): Iterable<[key: string, kind: Kind]> {
  for (const [name, schema] of schemas) {
    const pointer = componentKey(name);
    yield [pointer, 'component'];
    const waiting: JsonValue[] = [schema];
    // Properties of parts that are merged into it are its own.
    for (const part of waiting) {
      if (typeof part !== 'object' || part === null || Array.isArray(part)) continue;
      if (Array.isArray(part.allOf)) waiting.push(...part.allOf);
      const { properties } = part;
      if (typeof properties !== 'object' || properties === null) continue;
      for (const property of Object.keys(properties)) yield [propertyKey(pointer, property), 'property'];
    }
  }
}

function* faults(kind: Kind, entry: OverlayEntry): Iterable<[member: string, message: string]> {
  const allowed: readonly string[] = MEMBERS[kind];
  for (const member of Object.keys(entry)) {
    if (!allowed.includes(member))
      yield [member, `${member} is not for a ${kind}; it takes ${allowed.join(', ')}`];
  }
  const { rename } = entry;
  if (rename !== undefined && (!isValidName(rename) || rename.length > 256)) {
    yield [
      'rename',
      `${JSON.stringify(rename.slice(0, 200))} is no GraphQL name; letters, digits and _ are, no digit first, no __ in front`,
    ];
  }
}

function refusal(path: string, message: string): Problem {
  return { severity: 'error', rule: 'graphql-overlay', message, path };
}
