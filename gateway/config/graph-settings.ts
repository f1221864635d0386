// What a service wants of the graph, as it is written in the configuration or in a file of its own. The schema has
// checked names and values; whether an entry matches anything is known only once the service is compiled, so that
// each place is remembered.
import type { GraphSettings } from '../../core/graph-settings.ts';
import type { Position, Problem } from '../../core/problem.ts';
import { hasErrors, type Result } from '../../core/problem.ts';
import { overlayPlace, prefixPlace } from '../../schema/graphql/check-overlay.ts';
import { checkSchema } from './check-schema.ts';
import { type ConfigNode, findNode, toPlain } from './config-node.ts';
import { resolveSchema } from './config-schema.ts';
import { readYaml } from './read-yaml.ts';

export interface WrittenGraphSettings {
  readonly settings: GraphSettings;
  /** Where the file says what, by the place that problems of a registration have. */
  readonly places: ReadonlyMap<string, Position>;
}

/** A checked node as settings. */
export function readGraphSettings(node: ConfigNode, service: string): WrittenGraphSettings {
  const places = new Map<string, Position>();
  const prefix = findNode(node, 'prefix');
  if (prefix !== undefined) places.set(prefixPlace(service), prefix.position);
  const overlay = findNode(node, 'overlay');
  for (const [key, entry] of overlay?.kind === 'mapping' ? overlay.entries : []) {
    places.set(overlayPlace(service, key), entry.keyPosition);
    for (const [member, { keyPosition }] of entry.node.kind === 'mapping' ? entry.node.entries : []) {
      places.set(overlayPlace(service, key, member), keyPosition);
    }
  }
  return { settings: toPlain(node) as GraphSettings, places };
}

/** A file that holds what `services[].graphql` of the configuration does. */
export function parseGraphSettings(
  text: string,
  { path, service }: { readonly path: string; readonly service: string },
): Result<WrittenGraphSettings> {
  const { root, problems } = readYaml(text, path);
  if (root === undefined) return { ok: false, problems };
  const checked = checkSchema(resolveSchema({ $ref: '#/$defs/serviceGraphql' }), root);
  const all: Problem[] = [...problems, ...checked.problems];
  if (hasErrors(all)) return { ok: false, problems: all };
  return { ok: true, value: readGraphSettings(checked.node, service), problems: all };
}
