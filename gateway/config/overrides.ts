// Settings given outside of the file: flags before environment variables, both before the file.
// Every setting of the schema that is not inside a list has a variable: DRAGOMAN_LISTEN_HTTP for listen.http.

import { findNearest } from '../../core/nearest-name.ts';
import type { Problem } from '../../core/problem.ts';
import type { ConfigNode, ListNode, MappingEntry, MappingNode, ScalarNode } from './config-node.ts';
import { type ConfigSchema, configSchema, resolveSchema } from './config-schema.ts';
import type { Environment } from './read-file.ts';

/** Text of a setting by its path, such as `listen.http`; undefined entries do not count. */
export type Flags = Readonly<Record<string, { readonly flag: string; readonly value: string } | undefined>>;

interface Setting {
  readonly path: readonly string[];
  readonly isList: boolean;
}

/** Variables of the command line client; they configure no gateway. */
const CLIENT_VARIABLES: readonly string[] = ['DRAGOMAN_ADMIN', 'DRAGOMAN_TOKEN', 'DRAGOMAN_CONFIG'];

export function environmentName(path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `DRAGOMAN_${words.join('_')}`;
}

/** Every setting outside of lists, plus lists of texts, in the order of the schema. */
export function listSettings(schema: ConfigSchema = configSchema(), path: readonly string[] = []): Setting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const resolved = resolveSchema(property);
    const inner = [...path, key];
    if (resolved.properties !== undefined) return listSettings(resolved, inner);
    const isList = resolved.type === 'array';
    const isListOfTexts =
      isList && resolved.items !== undefined && resolveSchema(resolved.items).type === 'string';
    return isList && !isListOfTexts ? [] : [{ path: inner, isList }];
  });
}

/** The file's values with those of flags and environment in their places. An empty variable counts as unset. */
export function applyOverrides(root: ConfigNode, env: Environment, flags: Flags): ConfigNode {
  let changed = root;
  for (const setting of listSettings()) {
    const name = environmentName(setting.path);
    const flag = flags[setting.path.join('.')];
    const text = flag?.value ?? env[name];
    if (text === undefined || text === '') continue;
    changed = withSetting(changed, setting.path, toNode(text, setting.isList, flag?.flag ?? name));
  }
  return changed;
}

/**
 * Warns of variables that are almost ours. Others that begin with DRAGOMAN_ are left alone: Kubernetes sets
 * such for every service that is called dragoman.
 */
export function warnOfMistypedVariables(env: Environment): Problem[] {
  const known = [...listSettings().map(({ path }) => environmentName(path)), ...CLIENT_VARIABLES];
  return Object.keys(env).flatMap((name): Problem[] => {
    if (!name.startsWith('DRAGOMAN_') || known.includes(name)) return [];
    const nearest = findNearest(
      name.slice('DRAGOMAN_'.length),
      known.map((candidate) => candidate.slice('DRAGOMAN_'.length)),
    );
    if (nearest === undefined) return [];
    const message = `this variable is not known; did you mean DRAGOMAN_${nearest}?`;
    return [{ severity: 'warning', rule: 'unknown-variable', path: name, message }];
  });
}

function toNode(text: string, isList: boolean, origin: string): ConfigNode {
  const position = { path: origin };
  const scalar = (value: string): ScalarNode => ({
    kind: 'scalar',
    value,
    position,
    placeholders: [],
    isText: true,
    isHidden: false,
  });
  if (!isList) return scalar(text);
  const items = text.split(',').map((item) => scalar(item.trim()));
  return { kind: 'list', items, position } satisfies ListNode;
}

function withSetting(node: ConfigNode, path: readonly string[], value: ConfigNode): ConfigNode {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  // Something else than a mapping is replaced only if nothing was written there; else the file's fault is shown.
  if (node.kind !== 'mapping' && !(node.kind === 'scalar' && node.value === null)) return node;
  const entries = new Map(node.kind === 'mapping' ? node.entries : []);
  const entry = entries.get(key);
  const empty: MappingNode = { kind: 'mapping', entries: new Map(), position: value.position };
  const changed: MappingEntry = {
    keyPosition: value.position,
    node: withSetting(entry?.node ?? empty, rest, value),
  };
  // A section keeps the place that the file gave it; only the setting itself moves.
  entries.set(
    key,
    rest.length > 0 && entry !== undefined ? { ...changed, keyPosition: entry.keyPosition } : changed,
  );
  return { kind: 'mapping', entries, position: node.position };
}
