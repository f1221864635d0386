// Holds what a service wants of the graph against what it brings: an entry that matches nothing, or asks for what
// its thing cannot have, is refused where it is written. Clashes of names are found when the graph is built.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import {
  type GraphSettings,
  OVERLAY_MEMBERS,
  type OverlayEntry,
  type OverlayKind,
} from '../../core/graph-settings.ts';
import type { Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { isFieldMask } from './annotations.ts';
import { referenceOf } from './joins/resources.ts';
import { isValidName, RESERVED_ENUM_VALUES } from './names.ts';
import { reach } from './reach.ts';
import { elementName, PLAIN_MAPPING } from './service-mapping.ts';

interface Known {
  readonly kind: OverlayKind;
  readonly field?: DescField;
  readonly operation?: Operation;
  /** Of a field: its message is a request. */
  readonly isArgument?: boolean;
}

/** Where the problems of an entry are, for those who know in which file and line that is. */
export function overlayPlace(service: string, key: string, member?: string): string {
  const place = `services.${service}.graphql.overlay[${JSON.stringify(key)}]`;
  return member === undefined ? place : `${place}.${member}`;
}

export function prefixPlace(service: string): string {
  return `services.${service}.graphql.prefix`;
}

/** A prefix is the beginning of a name in Pascal case and of one in lowerCamel. */
const PREFIX = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const MAX_NAME = 256;

export function checkOverlay(
  service: string,
  settings: GraphSettings | undefined,
  operations: readonly Operation[],
): Problem[] {
  if (settings === undefined) return [];
  const problems: Problem[] = [];
  const refuse = (path: string, message: string): void => {
    problems.push({ severity: 'error', rule: 'graphql-overlay', message, path });
  };
  const { prefix = '' } = settings;
  if (prefix !== '' && !PREFIX.test(prefix)) {
    refuse(prefixPlace(service), 'graphql.prefix must be letters and digits, a letter first, 64 at most');
  }
  const entries = Object.entries(settings.overlay ?? {});
  if (entries.length === 0) return problems;
  const known = knownElements(operations);
  for (const [key, entry] of entries) {
    const element = known.get(key);
    if (element === undefined) refuse(overlayPlace(service, key), unknown(key, known));
    else {
      for (const [member, message] of faults(key, element, entry)) {
        refuse(overlayPlace(service, key, member), message);
      }
    }
  }
  return problems;
}

function knownElements(operations: readonly Operation[]): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const operation of operations) {
    known.set(operation.method.slice(0, operation.method.lastIndexOf('/')), { kind: 'service' });
    known.set(elementName(operation), { kind: 'method', operation });
  }
  const { outputs, inputs, enums } = reach(operations, PLAIN_MAPPING);
  const requests = new Set(operations.map(({ input }) => input.descriptor));
  for (const message of new Set([...outputs, ...inputs, ...requests])) {
    addMessage(message, requests.has(message), known);
  }
  for (const desc of enums) addEnum(desc, known);
  return known;
}

function addMessage(message: DescMessage, isArgument: boolean, known: Map<string, Known>): void {
  known.set(message.typeName, { kind: 'message' });
  for (const field of message.fields) known.set(elementName(field), { kind: 'field', field, isArgument });
  for (const oneof of message.oneofs) known.set(elementName(oneof), { kind: 'oneof' });
}

function addEnum(desc: DescEnum, known: Map<string, Known>): void {
  known.set(desc.typeName, { kind: 'enum' });
  for (const value of desc.values) known.set(elementName(value), { kind: 'enum value' });
}

function unknown(key: string, known: ReadonlyMap<string, Known>): string {
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const dotted = key.replace('/', '.');
  const similar = known.has(dotted) ? dotted : [...known.keys()].find((name) => last(name) === last(dotted));
  const remedy =
    similar === undefined
      ? 'an entry is named by the full name of a message, field, oneof, enum, service or method, or as package.Enum.VALUE'
      : `did you mean ${similar}?`;
  return `${JSON.stringify(key.slice(0, 200))} is nothing that this service shows in GraphQL; ${remedy}`;
}

function* faults(
  key: string,
  element: Known,
  entry: OverlayEntry,
): Iterable<[member: string, message: string]> {
  const allowed: readonly string[] = OVERLAY_MEMBERS[element.kind];
  for (const member of Object.keys(entry)) {
    if (allowed.includes(member)) continue;
    yield [member, `${member} is not for a ${element.kind}, which ${key} is; it takes ${allowed.join(', ')}`];
  }
  const { rename, effect, expose, join } = entry;
  if (rename !== undefined && !isAllowedName(rename, element.kind)) {
    yield [
      'rename',
      `${JSON.stringify(rename.slice(0, 200))} is no GraphQL name; letters, digits and _ are, no digit first, no __ in front`,
    ];
  }
  yield* streamFaults(key, element, entry);
  if (effect !== undefined && element.operation !== undefined && element.operation.shape !== 'unary') {
    yield ['effect', `${key} streams, and a stream is a subscription whatever it does`];
  }
  if (expose !== undefined && !(element.isArgument === true && element.field && isFieldMask(element.field))) {
    yield ['expose', `${key} is no FieldMask of a request`];
  }
  if (join !== undefined && element.field !== undefined) {
    if (referenceOf(element.field) === undefined) yield ['join', `${key} refers to no resource`];
    if (!isAllowedName(join, element.kind)) {
      yield ['join', `${JSON.stringify(join.slice(0, 200))} is no GraphQL name, and not off`];
    }
  }
}

function* streamFaults(
  key: string,
  { operation }: Known,
  { stream, limit }: OverlayEntry,
): Iterable<[member: string, message: string]> {
  if (operation === undefined) return;
  if (stream !== undefined && operation.shape !== 'server_stream') {
    yield ['stream', `${key} does not answer with a stream`];
  } else if (stream === 'list' && limit === undefined) {
    yield ['stream', `a stream that is a list needs a limit: the most messages it may have`];
  }
  if (limit !== undefined && stream !== 'list') yield ['limit', 'limit is for a stream that is a list'];
}

function isAllowedName(name: string, kind: OverlayKind): boolean {
  if (!isValidName(name) || name.length > MAX_NAME) return false;
  return kind !== 'enum value' || !RESERVED_ENUM_VALUES.has(name);
}
