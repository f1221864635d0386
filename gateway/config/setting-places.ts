// Where the file has settings of a service that may mean nothing to it, which only its source tells.
import type { Position } from '../../core/problem.ts';
import { settingPlace } from '../../registry/check-effects.ts';
import { type ConfigNode, findNode } from './config-node.ts';

/** Members of these are told of one by one. */
const SECTIONS = ['headers', 'rest', 'graphql'] as const;
const SINGLE = ['rules', 'validate', 'stripPrefix'] as const;

/** By the place that problems of a registration have. */
export function settingPlaces(node: ConfigNode, service: string): ReadonlyMap<string, Position> {
  const places = new Map<string, Position>();
  for (const section of SECTIONS) {
    for (const [key, { keyPosition }] of entriesOf(findNode(node, section))) {
      places.set(settingPlace(service, `${section}.${key}`), keyPosition);
    }
  }
  for (const [key, { keyPosition }] of entriesOf(node)) {
    if (SINGLE.some((one) => one === key)) places.set(settingPlace(service, key), keyPosition);
  }
  return places;
}

function entriesOf(node: ConfigNode | undefined) {
  return node?.kind === 'mapping' ? node.entries : [];
}
