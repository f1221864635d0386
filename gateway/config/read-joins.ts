// `joins:` of the configuration: names as they were written, each with its place. Whether they fit what is registered
// is found when a snapshot is built, since services come and go.
import {
  DEFAULT_MAX_BATCH,
  type DeclaredJoin,
  type FieldPair,
  type JoinEntry,
  type JoinSettings,
  type Written,
} from '../../schema/graphql/joins/join-settings.ts';
import { type ConfigNode, findNode } from './config-node.ts';
import { type SettingReader, toBoolean, toItems, toText } from './setting-reader.ts';

export function readJoins(settings: SettingReader): JoinSettings {
  return {
    infer: toBoolean(settings.find('graphql.joins.infer')) ?? true,
    reverse: toBoolean(settings.find('graphql.joins.reverse')) ?? false,
    entries: toItems(settings.find('joins')).flatMap(
      (node, index) => readEntry(node, `joins[${index}]`, settings) ?? [],
    ),
  };
}

/** What only a declared join can say. */
const DECLARING = ['keys', 'args', 'with', 'match', 'many', 'maxBatch', 'arguments', 'result'] as const;

function readEntry(node: ConfigNode, place: string, settings: SettingReader): JoinEntry | undefined {
  const on = readText(node, 'on');
  const field = readText(node, 'field');
  const call = readText(node, 'call');
  const rename = readText(node, 'rename');
  const isOff = toBoolean(findNode(node, 'off'));
  const { position } = node;
  if (on === undefined || field === undefined) return undefined;
  const refuse = (message: string): undefined => {
    settings.refuse(node, 'contradiction', `${place} ${message}`);
    return undefined;
  };
  if (call === undefined) {
    const stray = DECLARING.find((key) => findNode(node, key) !== undefined);
    if (stray !== undefined) return refuse(`has ${stray} but no call to use it in`);
    if ((isOff === true) === (rename !== undefined)) {
      return refuse('needs a call, or one of off: true and rename for a join that was found');
    }
    return { kind: 'change', on, field, rename, position };
  }
  if (isOff !== undefined || rename !== undefined) {
    return refuse('declares a join, which cannot be renamed or off; change field, or delete the entry');
  }
  return {
    kind: 'declared',
    on,
    field,
    call,
    keys: readPairs(findNode(node, 'keys')),
    args: readPairs(findNode(node, 'args')),
    ...readConstants(findNode(node, 'with')),
    match: readPairs(findNode(node, 'match')),
    many: toBoolean(findNode(node, 'many')) ?? false,
    maxBatch: Number(toText(findNode(node, 'maxBatch')) ?? DEFAULT_MAX_BATCH),
    arguments: toItems(findNode(node, 'arguments')).flatMap((item) => writtenOf(item) ?? []),
    result: readText(node, 'result'),
    position,
  };
}

function readPairs(node: ConfigNode | undefined): readonly FieldPair[] {
  if (node?.kind !== 'mapping') return [];
  return [...node.entries].flatMap(([text, { keyPosition, node: value }]): FieldPair[] => {
    const parent = writtenOf(value);
    return parent === undefined ? [] : [{ field: { text, position: keyPosition }, parent }];
  });
}

function readConstants(node: ConfigNode | undefined): Pick<DeclaredJoin, 'constants'> {
  if (node?.kind !== 'mapping') return {};
  const constants = [...node.entries].flatMap(([text, { keyPosition, node: value }]) =>
    value.kind === 'scalar' && value.value !== null
      ? [{ field: { text, position: keyPosition }, value: value.value }]
      : [],
  );
  return { constants };
}

function readText(node: ConfigNode, key: string): Written | undefined {
  return writtenOf(findNode(node, key));
}

function writtenOf(node: ConfigNode | undefined): Written | undefined {
  const text = toText(node);
  return node === undefined || text === undefined ? undefined : { text, position: node.position };
}
