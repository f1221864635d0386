// Joins that an operator declared, made out of names and checked against the descriptors (graphql reference,
// section 5.2). What is not registered yet is waited for; what is registered and does not fit is an error.
import type { InputField, Join, OutputField, TypeRef } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import { isValidName } from '../names.ts';
import { declaredConstants } from './declared-constants.ts';
import { declaredKeys } from './declared-keys.ts';
import { cardinalityOf, type ReplyItems, replyItems } from './declared-reply.ts';
import { findPath, repeatedPlaces } from './field-path.ts';
import type { JoinCatalogue, Place, Read } from './join-catalogue.ts';
import { JoinCheck } from './join-check.ts';
import { type JoinMessage, protoKeyType } from './join-message.ts';
import { costNote, enumerate, madeNote } from './join-report.ts';
import type { DeclaredJoin, JoinEntry } from './join-settings.ts';

/** Adds the joined fields to the catalogue's types. */
export function declareJoins(entries: readonly JoinEntry[], catalogue: JoinCatalogue): Problem[] {
  return entries.flatMap((entry) => (entry.kind === 'declared' ? declare(entry, catalogue) : []));
}

function declare(entry: DeclaredJoin, catalogue: JoinCatalogue): Problem[] {
  const check = new JoinCheck();
  const holders = findHolders(entry, catalogue, check);
  const read = findRead(entry, catalogue, check);
  if (read === undefined) return check.problems;
  for (const holder of holders) {
    const field = joinedField(entry, holder, read, catalogue, check);
    if (field?.source.kind !== 'join') continue;
    catalogue.put(holder.typeName, field);
    const cost = costNote(field.source.join, entry.position);
    check.problems.push(madeNote(field.source.join, entry.position), ...(cost === undefined ? [] : [cost]));
  }
  return check.problems;
}

function findHolders({ on }: DeclaredJoin, catalogue: JoinCatalogue, check: JoinCheck): readonly Place[] {
  const holders = catalogue.places.filter(({ names }) => names.includes(on.text));
  if (holders.length === 0) {
    check.waits(on.position, `no registered service shows ${on.text}; this join waits for one`);
  }
  return holders;
}

function findRead(
  { call }: DeclaredJoin,
  { reads, sources }: JoinCatalogue,
  check: JoinCheck,
): Read | undefined {
  const [read, second] = reads.filter(
    ({ operation }) => operation.method === call.text || operation.id === call.text,
  );
  if (read !== undefined && second === undefined) return read;
  if (read !== undefined) {
    const names = enumerate([read, second].flatMap((one) => one?.operation.id ?? []));
    return check.fault(call.position, `${call.text} is served by several services; name one as ${names}`);
  }
  const other = sources
    .flatMap(({ operations }) => operations)
    .find(({ method, id }) => method === call.text || id === call.text);
  if (other === undefined) {
    return check.waits(
      call.position,
      `no registered service has the method ${call.text}; this join waits for one`,
    );
  }
  return check.fault(
    call.position,
    other.shape === 'unary'
      ? `${call.text} does not only read: ${other.effectReason}`
      : `${call.text} streams; a join needs one answer to one request`,
  );
}

function joinedField(
  entry: DeclaredJoin,
  holder: Place,
  read: Read,
  catalogue: JoinCatalogue,
  check: JoinCheck,
): OutputField | undefined {
  const { operation, root } = read;
  const request = catalogue.requestOf(read);
  const reply = catalogue.replyOf(read);
  const parent = holder.message();
  if (parent === undefined) return undefined;
  checkName(entry, holder, catalogue, check);
  const isBatch = entry.keys.some(({ field }) => {
    const path = findPath(request, field.text);
    return typeof path !== 'string' && repeatedPlaces(path).length > 0;
  });
  if (reply === undefined) {
    return check.fault(entry.call.position, `${entry.call.text} answers no objects that could be joined`);
  }
  const items = replyItems(entry, reply, isBatch, check);
  const keys = declaredKeys(entry, { parent, request, item: items?.message }, check);
  const constants = declaredConstants(entry, request, check);
  const given = clientArguments(entry, read, request, check);
  if (items === undefined || keys === undefined || given === undefined) return undefined;
  const cardinality = cardinalityOf(entry, items, keys, check);
  const typeName = catalogue.typeOf(items.message, read);
  if (typeName === undefined) {
    return check.fault(entry.call.position, `${items.message.name} is not in the graph`);
  }
  if (cardinality === undefined || check.problems.some(({ severity }) => severity === 'error'))
    return undefined;
  const base = {
    name: `${holder.typeName}.${entry.field.text}`,
    result: {
      kind: 'message',
      type: typeName,
      ...(operation.http !== undefined && { isOpen: true as const }),
    },
    maxBatch: entry.maxBatch,
    reason: `${entry.position.path} declares it${entry.position.line === undefined ? '' : ` on line ${entry.position.line}`}`,
  } as const;
  const join: Join = {
    ...base,
    operation,
    form: keys.isBatch ? 'batch' : 'single',
    keys: keys.keys,
    items: items.path,
    cardinality,
    fallback: undefined,
    readMask: root.readMask,
    ...(constants.length > 0 && { constants }),
  };
  const fallback =
    keys.isBatch && cardinality !== 'group' ? singleRead(join, typeName, items, catalogue) : undefined;
  return {
    name: entry.field.text,
    type: typeOf(typeName, cardinality),
    description: '',
    deprecation: root.deprecation,
    source: { kind: 'join', join: { ...join, fallback } },
    ...(given.length > 0 && { arguments: given }),
  };
}

function checkName(
  { field }: DeclaredJoin,
  { typeName }: Place,
  catalogue: JoinCatalogue,
  check: JoinCheck,
): void {
  if (!isValidName(field.text)) check.fault(field.position, `${field.text} is no name that GraphQL allows`);
  const taken = catalogue.fieldsOf(typeName).find(({ name }) => name === field.text);
  if (taken !== undefined && taken.source.kind !== 'join') {
    check.fault(field.position, `${typeName} has a field ${field.text} of its own; choose another name`);
  }
}

/** One that cannot be read is null, and takes no one with it; of a list of keys each has its own place. */
function typeOf(name: string, cardinality: Join['cardinality']): TypeRef {
  switch (cardinality) {
    case 'one':
      return { name, isRequired: false };
    case 'each':
      return { list: { name, isRequired: false }, isRequired: true };
    case 'group':
    case 'all':
      return { list: { name, isRequired: true }, isRequired: false };
  }
}

/** The arguments of the root field that the client gives here, too. Everything else that must be given is a key. */
function clientArguments(
  { arguments: names, keys, args, constants = [], call }: DeclaredJoin,
  { root }: Read,
  request: JoinMessage,
  check: JoinCheck,
): readonly InputField[] | undefined {
  const before = check.problems.length;
  const filled = new Set(
    [...keys, ...args, ...constants].flatMap(({ field }) => {
      const path = findPath(request, field.text);
      return typeof path === 'string' ? [] : path.members[0].names;
    }),
  );
  const given = names.flatMap(({ text, position }): InputField[] => {
    const found = root.arguments.find((field) => namesOf(field).includes(text));
    const problem =
      found === undefined
        ? `${request.name} has no argument ${text}`
        : namesOf(found).some((name) => filled.has(name))
          ? `${text} is a key; the client cannot give it, too`
          : undefined;
    if (problem !== undefined) check.fault(position, problem);
    return found === undefined ? [] : [found];
  });
  for (const field of root.arguments) {
    const isGiven = given.includes(field) || namesOf(field).some((name) => filled.has(name));
    if (field.type.isRequired && !isGiven) {
      check.fault(
        call.position,
        `${call.text} needs ${field.name}, which is neither among the keys nor the arguments`,
      );
    }
  }
  return check.problems.length > before ? undefined : given;
}

/** How an argument may be called: as in the graph, in JSON, in the proto. */
function namesOf({ name, target }: InputField): readonly string[] {
  return target.kind === 'none' || target.kind === 'oneof' ? [name] : [name, target.key, target.path];
}

/** The one method that reads a single item by the same key, for when a batch fails because of one of many. */
function singleRead(
  { keys, ...join }: Join,
  typeName: string,
  items: ReplyItems,
  { reads }: JoinCatalogue,
): Join | undefined {
  const [key, second] = keys;
  const itemKey = items.message.descriptor?.fields.find(({ name }) => name === key?.item?.path[0]);
  if (key?.item?.path.length !== 1 || second !== undefined || itemKey === undefined) return undefined;
  const gets = reads.flatMap((read) => {
    const { name, input, output } = read.operation;
    if (!/^Get[A-Z]/.test(name) || read.source.objects.get(output.descriptor) !== typeName) return [];
    const taking = input.descriptor.fields.find(
      (field) =>
        field.name === itemKey.name &&
        field.fieldKind === 'scalar' &&
        protoKeyType(field) === protoKeyType(itemKey),
    );
    const needsMore = read.root.arguments.some(
      (field) => field.type.isRequired && !namesOf(field).includes(taking?.name ?? ''),
    );
    return taking === undefined || needsMore ? [] : [{ read, taking }];
  });
  const [get, other] = gets;
  if (get === undefined || other !== undefined) return undefined;
  return {
    ...join,
    operation: get.read.operation,
    form: 'single',
    keys: [{ ...key, request: [get.taking.jsonName], isRepeated: false, item: undefined }],
    items: undefined,
    readMask: get.read.root.readMask,
  };
}
