// Joins that annotations prove: a field that refers to a resource, and one way to read that resource by its name
// (graphql reference, section 5.1). Where evidence is missing or ambiguous there is no join, and a note says why.
import type { DescField } from '@bufbuild/protobuf';
import type { Join, JoinKey, OutputField } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import { positionOf } from '../../proto/source-info.ts';
import type { Holder, JoinCatalogue } from './join-catalogue.ts';
import { costNote, enumerate, keptNote, madeNote, notMade } from './join-report.ts';
import { DEFAULT_MAX_BATCH } from './join-settings.ts';
import { findWay, type JoinWay } from './join-way.ts';
import { joinedListName, joinedName } from './joined-names.ts';
import type { JoinBinding, PublishedJoins } from './published-joins.ts';
import { indexResources, isText, isTextList, referenceOf } from './resources.ts';

/** A field of the graph that refers to a resource. */
interface Referring {
  readonly holder: Holder;
  readonly field: DescField;
  /** As it is in the graph. */
  readonly output: OutputField;
  readonly type: string;
  /** What the joined field would be called. */
  readonly name: string;
  /** An earlier field of the message whose joined field has that name, whether it can be joined today or not. */
  readonly rival: string | undefined;
}

/** Adds the joined fields to the catalogue's types. */
export function inferJoins(catalogue: JoinCatalogue, published: PublishedJoins): Problem[] {
  const resources = indexResources(catalogue);
  const ways = new Map<string, JoinWay | string>();
  const problems: Problem[] = [];
  const unknown = new Map<string, Referring[]>();
  for (const referring of catalogue.holders.flatMap((holder) => referringFields(holder, catalogue))) {
    const candidates = resources.get(referring.type) ?? [];
    if (candidates.length === 0) {
      unknown.set(referring.type, [...(unknown.get(referring.type) ?? []), referring]);
      continue;
    }
    const { holder, field, type } = referring;
    const bound = published.ofField(holder.typeName, pathOf(field), type);
    const key = JSON.stringify([type, bound]);
    const way = ways.get(key) ?? findWay(candidates, catalogue, bound);
    ways.set(key, way);
    problems.push(...join(referring, way, catalogue, published));
  }
  for (const [type, all] of unknown) problems.push(unknownNote(type, all));
  return problems;
}

function referringFields(holder: Holder, catalogue: JoinCatalogue): Referring[] {
  const outputs = new Map(
    catalogue
      .fieldsOf(holder.typeName)
      .flatMap((output) =>
        output.source.kind === 'single' || output.source.kind === 'list'
          ? [[output.source.path, output] as const]
          : [],
      ),
  );
  const names = new Map<string, string>();
  return holder.message.fields.flatMap((field): Referring[] => {
    const type = referenceOf(field)?.type ?? '';
    const output = outputs.get(field.name);
    const isList = isTextList(field);
    if (type === '' || type === '*' || output === undefined || !(isList || isText(field))) return [];
    const { join: chosen } = holder.mapping.entryOf(field);
    if (chosen === 'off') return [];
    const name = chosen ?? (isList ? joinedListName(output.name) : joinedName(output.name));
    const rival = names.get(name);
    if (rival === undefined) names.set(name, output.name);
    return [{ holder, field, output, type, name, rival }];
  });
}

function pathOf(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`;
}

function join(
  referring: Referring,
  way: JoinWay | string,
  catalogue: JoinCatalogue,
  published: PublishedJoins,
): Problem[] {
  const { holder, field, output, name, rival } = referring;
  const place = `${holder.typeName}.${output.name}`;
  const position = positionOf(field);
  if (typeof way === 'string') return [notMade(place, way, position)];
  // A name that refers to its own message is the resource's own.
  if (way.resource.typeName === holder.typeName && field.name === way.resource.nameField?.name) return [];
  if (rival !== undefined)
    return [notMade(place, `the name ${name} belongs to what ${rival} refers to`, position)];
  if (catalogue.fieldsOf(holder.typeName).some((other) => other.name === name)) {
    return [notMade(place, `the name ${name} is that of a field of the message`, position)];
  }
  const made = inferred(referring, way);
  catalogue.put(holder.typeName, {
    name,
    type: isTextList(field)
      ? { list: { name: way.resource.typeName, isRequired: false }, isRequired: true }
      : { name: way.resource.typeName, isRequired: false },
    description: `What \`${output.name}\` names.`,
    deprecation: output.deprecation,
    source: { kind: 'join', join: made },
  });
  published.keepField(holder.typeName, pathOf(field), referring.type, bindingOf(way));
  const cost = costNote(made, position);
  const kept = way.kept === undefined ? [] : [keptNote(made, way.kept, position)];
  return [madeNote(made, position), ...(cost === undefined ? [] : [cost]), ...kept];
}

function bindingOf({ resource, batch, get }: JoinWay): JoinBinding {
  return {
    service: resource.service,
    message: resource.message.typeName,
    batch: batch?.read.operation.id,
    get: get?.read.operation.id,
  };
}

function inferred({ holder, field, output, name, type }: Referring, { batch, get, resource }: JoinWay): Join {
  const common = {
    name: `${holder.typeName}.${name}`,
    result: { kind: 'message', type: resource.typeName },
    cardinality: isTextList(field) ? 'each' : 'one',
    maxBatch: DEFAULT_MAX_BATCH,
    reason: `${holder.typeName}.${output.name} refers to ${type}`,
  } as const;
  const parent = { keys: [field.jsonName], path: [field.name], absent: null };
  const single: Join | undefined = get && {
    ...common,
    operation: get.read.operation,
    form: 'single',
    keys: [{ parent, request: [get.key.jsonName], isRepeated: false, item: undefined, isName: true }],
    items: undefined,
    fallback: undefined,
    readMask: get.read.root.readMask,
  };
  if (batch === undefined) {
    if (single === undefined) throw new Error(`${common.name} has nothing to be read by`);
    return single;
  }
  const key: JoinKey = {
    parent,
    request: [batch.key.jsonName],
    isRepeated: true,
    item: { keys: [batch.itemKey.jsonName], path: [batch.itemKey.name], absent: null },
    isName: true,
  };
  return {
    ...common,
    operation: batch.read.operation,
    form: 'batch',
    keys: [key],
    items: { keys: [batch.items.jsonName], path: [batch.items.name] },
    fallback: single,
    readMask: batch.read.root.readMask,
    ...(batch.holder && { holder: batch.holder }),
  };
}

/** References to what is not registered are common; one note for all of a kind. */
function unknownNote(type: string, all: readonly Referring[]): Problem {
  const shown = all.slice(0, MAX_NAMED).map(({ holder, output }) => `${holder.typeName}.${output.name}`);
  const names = all.length > MAX_NAMED ? [...shown, `${all.length - MAX_NAMED} more`] : shown;
  const [first] = all;
  const verb = all.length === 1 ? 'refers' : 'refer';
  return {
    severity: 'note',
    rule: 'join-left-out',
    message: `${enumerate(names)} ${verb} to ${type}, which no registered service has: not joined`,
    ...(first && positionOf(first.field)),
  };
}

const MAX_NAMED = 5;
