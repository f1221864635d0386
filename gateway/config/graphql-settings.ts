// The `graphql` section of the configuration: what is switched on, and every limit that differs from its default.
import type { GraphqlLimits, SubscriptionLimits } from '../graphql/limits.ts';
import type { GraphqlConfig } from './gateway-config.ts';
import { type SettingReader, toBoolean, toText } from './setting-reader.ts';
import { readDuration, readSize } from './units.ts';

const COUNTS = [
  ...['tokens', 'depth', 'rootFields', 'aliases', 'directives', 'fragments', 'repeats'],
  ...['variablesDepth', 'cost', 'batch', 'uploadFiles'],
] as readonly (keyof GraphqlLimits)[];
const SIZES: readonly (keyof GraphqlLimits)[] = [
  'documentBytes',
  'variablesBytes',
  'responseBytes',
  'uploadBytes',
];
const SUBSCRIPTION_COUNTS: readonly (keyof SubscriptionLimits)[] = [
  'perConnection',
  'perCaller',
  'undelivered',
];
/** Setting → limit. */
const SUBSCRIPTION_TIMES = {
  init: 'initMs',
  keepalive: 'keepaliveMs',
  idle: 'idleMs',
  blocked: 'blockedMs',
  spread: 'spreadMs',
} as const satisfies Readonly<Record<string, keyof SubscriptionLimits>>;

export function readGraphqlSettings(settings: SettingReader): GraphqlConfig {
  const flag = (name: string): boolean | undefined => toBoolean(settings.find(`graphql.${name}`));
  return {
    path: toText(settings.find('graphql.path')) ?? '/graphql',
    graphiql: flag('graphiql') ?? true,
    introspection: flag('introspection') ?? true,
    suggestions: flag('suggestions') ?? false,
    trustedOnly: flag('trustedOnly') ?? false,
    automaticPersisted: flag('automaticPersisted') ?? false,
    limits: readLimits(settings),
    subscriptions: readSubscriptions(settings),
  };
}

function readLimits(settings: SettingReader): Partial<GraphqlLimits> {
  const limits: Partial<Record<keyof GraphqlLimits, number>> = {};
  for (const key of COUNTS) {
    const count = toText(settings.find(`graphql.limits.${key}`));
    if (count !== undefined) limits[key] = Number(count);
  }
  for (const key of SIZES) {
    const name = `graphql.limits.${key}`;
    const bytes = settings.read(settings.find(name), name, readSize);
    if (bytes !== undefined) limits[key] = bytes;
  }
  return limits;
}

function readSubscriptions(settings: SettingReader): Partial<SubscriptionLimits> {
  const limits: Partial<Record<keyof SubscriptionLimits, number>> = {};
  for (const key of SUBSCRIPTION_COUNTS) {
    const count = toText(settings.find(`graphql.subscriptions.${key}`));
    if (count !== undefined) limits[key] = Number(count);
  }
  for (const [key, limit] of Object.entries(SUBSCRIPTION_TIMES)) {
    const name = `graphql.subscriptions.${key}`;
    const milliseconds = settings.read(settings.find(name), name, readDuration);
    if (milliseconds !== undefined) limits[limit] = milliseconds;
  }
  return limits;
}
