// Makes the configuration of the node out of checked values: defaults filled, and what no schema can say
// checked (two listeners on one port, an admin port that anyone could reach).
import { resolve } from 'node:path';
import type { Problem } from '../../core/problem.ts';
import { AUTOMATIC_ROUTES } from '../../schema/document/proto-part.ts';
import { FORWARDED_HEADERS } from '../edge/client-address.ts';
import { buildServices } from './build-services.ts';
import type { ConfigNode } from './config-node.ts';
import { readDocumentFolders } from './documents-config.ts';
import { type GatewayConfig, type ListenAddress, LOG_LEVELS, type RegistryStore } from './gateway-config.ts';
import { readGraphqlSettings } from './graphql-settings.ts';
import type { ReadFile } from './read-file.ts';
import { readJoins } from './read-joins.ts';
import { readPolicies } from './read-policies.ts';
import { SettingReader, toBoolean, toItems, toText } from './setting-reader.ts';
import { isLoopback, type Reading, readAddress, readCidr, readDuration } from './units.ts';

const EVERY_ADDRESS = '0.0.0.0';
const LOOPBACK = '127.0.0.1';

export async function buildConfig(
  root: ConfigNode,
  { path, readFile }: { path: string | undefined; readFile: ReadFile },
): Promise<{ readonly config: GatewayConfig; readonly problems: readonly Problem[] }> {
  const settings = new SettingReader(root, path);
  const http = readListener(settings, 'listen.http', EVERY_ADDRESS, 8080);
  const admin = readListener(settings, 'admin.listen', LOOPBACK, 9080);
  const status = readListener(settings, 'status.listen', EVERY_ADDRESS, 9081);
  const token = toText(settings.find('admin.token'));
  checkAdminExposure(settings, admin, token);
  checkSharedPorts(settings, [
    ['listen.http', http],
    ['admin.listen', admin],
    ['status.listen', status],
  ]);
  const policies = readPolicies(settings, settings.find('policies'), 'policies');
  const config: GatewayConfig = {
    path,
    listen: { http, trustedProxies: readTrustedProxies(settings), ...readForwardedHeader(settings) },
    admin: { listen: admin, token },
    status: { listen: status },
    registry: readRegistry(settings),
    graphql: readGraphqlSettings(settings),
    documents: readDocumentFolders(settings),
    openapi: readOpenapi(settings),
    joins: readJoins(settings),
    ...(policies.length > 0 && { policies }),
    services: await buildServices(settings, readFile),
    log: { level: readLogLevel(settings) },
    shutdown: {
      delayMs: readMilliseconds(settings, 'shutdown.delay') ?? 5000,
      drainMs: readMilliseconds(settings, 'shutdown.drain') ?? 30_000,
    },
  };
  return { config, problems: settings.problems };
}

function readListener(settings: SettingReader, name: string, host: string, port: number): ListenAddress {
  return settings.read(settings.find(name), name, (value) => readAddress(value, host)) ?? { host, port };
}

function readTrustedProxies(settings: SettingReader): readonly string[] {
  const name = 'listen.trustedProxies';
  return toItems(settings.find(name)).flatMap((item, index) => {
    const cidr = settings.read(item, `${name}[${index}]`, readCidr);
    return cidr === undefined ? [] : [cidr];
  });
}

function readForwardedHeader(settings: SettingReader): Pick<GatewayConfig['listen'], 'forwardedHeader'> {
  const text = toText(settings.find('listen.forwardedHeader'));
  const forwardedHeader = FORWARDED_HEADERS.find((one) => one === text);
  return forwardedHeader === undefined ? {} : { forwardedHeader };
}

function readRegistry(settings: SettingReader): RegistryStore {
  const node = settings.find('registry');
  const store = settings.read<RegistryStore>(node, 'registry', (text): Reading<RegistryStore> => {
    if (text === 'memory:' || node === undefined) return { ok: true, value: { kind: 'memory' } };
    const path = text.slice('sqlite:'.length);
    // `sqlite://data/x.db` would be a file in the root folder, which nobody means; `sqlite:///data/x.db` is clear.
    if (/^\/\/[^/]/.test(path)) return { ok: false, message: 'takes a path behind "sqlite:", without //' };
    if (path.startsWith(':')) return { ok: false, message: 'is kept in memory by "memory:"' };
    return { ok: true, value: { kind: 'sqlite', path: settings.resolvePath(node, path) } };
  });
  // The default is data of the working folder, wherever the configuration lies (it may be in /etc).
  return store ?? { kind: 'sqlite', path: resolve('data/dragoman.db') };
}

function readOpenapi(settings: SettingReader): GatewayConfig['openapi'] {
  const routes = toText(settings.find('openapi.automaticRoutes'));
  return {
    enabled: toBoolean(settings.find('openapi.enabled')) ?? true,
    automaticRoutes: AUTOMATIC_ROUTES.find((one) => one === routes) ?? 'undeclared',
  };
}

function readLogLevel(settings: SettingReader): GatewayConfig['log']['level'] {
  const text = toText(settings.find('log.level'));
  return LOG_LEVELS.find((level) => level === text) ?? 'info';
}

function readMilliseconds(settings: SettingReader, name: string): number | undefined {
  return settings.read(settings.find(name), name, readDuration);
}

/** Security class 23: whoever reaches the admin API can re-route every call. */
function checkAdminExposure(
  settings: SettingReader,
  { host, port }: ListenAddress,
  token: string | undefined,
) {
  const node = settings.find('admin.listen');
  // A token that was written and refused has its own problem; saying that it is missing would mislead.
  const isTokenMissing = token === undefined && !settings.isWritten('admin', 'token');
  if (node === undefined || isLoopback(host) || !isTokenMissing) return;
  settings.refuse(
    node,
    'admin-exposed',
    `admin.listen ${host}:${port} can be reached from other machines, and whoever reaches the admin API can ` +
      're-route every call; set admin.token, or listen on 127.0.0.1',
  );
}

function checkSharedPorts(settings: SettingReader, listeners: readonly (readonly [string, ListenAddress])[]) {
  for (const [index, [name, address]] of listeners.entries()) {
    const other = listeners.slice(0, index).find(([, earlier]) => isSameSocket(earlier, address));
    if (other === undefined) continue;
    const node = settings.find(name) ?? settings.find(other[0]);
    if (node !== undefined) {
      settings.refuse(node, 'port-shared', `${other[0]} and ${name} both have port ${address.port}`);
    }
  }
}

function isSameSocket(a: ListenAddress, b: ListenAddress): boolean {
  const isEvery = (host: string): boolean => host === EVERY_ADDRESS || host === '::';
  return a.port !== 0 && a.port === b.port && (a.host === b.host || isEvery(a.host) || isEvery(b.host));
}
