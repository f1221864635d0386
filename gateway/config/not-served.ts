// What the configuration file may name one day and this version does not do yet. Serving one of them means
// deleting its line here. A key in this list is refused, never ignored.
import type { ScalarNode } from './config-node.ts';

interface NotServed {
  /** Path of the setting; `[]` stands for any entry of a list. */
  readonly key: string;
  /** Only these values; without it the key as a whole. */
  readonly values?: (value: ScalarNode['value']) => boolean;
  /** What can be used meanwhile. */
  readonly instead?: string;
}

export const NOT_SERVED: readonly NotServed[] = [
  { key: 'listen.https' },
  { key: 'listen.proxyProtocol' },
  {
    key: 'registry',
    values: (value) => typeof value === 'string' && /^postgres(ql)?:/.test(value),
    instead: 'use memory: or sqlite:PATH',
  },
  { key: 'redis' },
  { key: 'consumers' },
  { key: 'stages' },
  { key: 'services[].reflection' },
  {
    key: 'services[].upstream.balance',
    values: (value) => value !== 'round-robin',
    instead: 'use round-robin',
  },
  { key: 'services[].upstream.retries' },
  { key: 'services[].upstream.breaker' },
  { key: 'services[].upstream.health' },
];

/** Whether the key as a whole, whatever its value, is not served. */
export function isServedKey(key: string): boolean {
  return !NOT_SERVED.some((entry) => entry.key === key && entry.values === undefined);
}

/** The sentence that refuses a value of a served key, or undefined when it is served. */
export function refuseValue(key: string, place: string, node: ScalarNode): string | undefined {
  const entry = NOT_SERVED.find(({ key: candidate, values }) => candidate === key && values?.(node.value));
  if (entry === undefined) return undefined;
  const value = node.isHidden ? 'this value' : JSON.stringify(node.value).replace(/:\/\/.*"$/, '://…"');
  const instead = entry.instead === undefined ? '' : `; ${entry.instead}`;
  return `${place}: ${value} is not served by this version${instead}`;
}
