// A real gateway on free ports with a memory registry, and what tests need to look behind it.
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import pino from 'pino';
import { createGrpcJsTransport } from '../../backends/grpc/grpc-js-transport.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { type RunningGateway, type StartOptions, startGateway } from '../../gateway/main.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { DEFAULT_JOIN_SETTINGS } from '../../schema/graphql/joins/join-settings.ts';

export interface TestGateway extends RunningGateway {
  /** Every log line so far, as text. */
  readonly logs: readonly string[];
}

/** For the compiler: on a machine that others use, ten seconds may be over before it has begun. */
export const PATIENCE = { compileMs: 120_000 };

const LOCAL = { host: '127.0.0.1', port: 0 };

/** Settings of a gateway that nobody configured: loopback, free ports, nothing kept, no pause at the end. */
export const TEST_CONFIG: GatewayConfig = {
  path: undefined,
  listen: { http: LOCAL, trustedProxies: [] },
  admin: { listen: LOCAL, token: undefined },
  status: { listen: LOCAL },
  registry: { kind: 'memory' },
  graphql: { path: '/graphql', graphiql: false, introspection: true },
  joins: DEFAULT_JOIN_SETTINGS,
  openapi: { enabled: true, automaticRoutes: 'undeclared' },
  services: [],
  log: { level: 'debug' },
  shutdown: { delayMs: 0, drainMs: 5_000 },
};

/** `DRAGOMAN_TEST_TRANSPORT=grpc-js` holds every test that is not about our own transport to the reference, too. */
export const TRANSPORT: StartOptions =
  process.env.DRAGOMAN_TEST_TRANSPORT === 'grpc-js' ? { transports: createGrpcJsTransport } : {};

/** Registers the services one after the other. Whoever starts it closes it. */
export async function startTestGateway(
  services: readonly ServiceDefinition[] = [],
  settings: Partial<GatewayConfig> = {},
  options: StartOptions = TRANSPORT,
): Promise<TestGateway> {
  const logs: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logs.push(String(chunk));
      done();
    },
  });
  const config = { ...TEST_CONFIG, ...settings };
  const gateway = await startGateway(config, {
    ...options,
    sourceLimits: { ...PATIENCE, ...options.sourceLimits },
    logger: pino({ level: config.log.level }, sink),
  });
  try {
    for (const service of services) await gateway.registry.put(service);
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return { ...gateway, logs };
}

/** Text of a file under protos/. */
export function protoFile(path: string): { path: string; content: string } {
  return { path, content: readFileSync(new URL(`../../protos/${path}`, import.meta.url), 'utf8') };
}

/** A demo service; tests steer its mock by `x-mock-*` headers. */
export function demoService(
  name: 'library' | 'inventory' | 'users' | 'orders',
  url: string,
  settings: Partial<ServiceDefinition> = {},
): ServiceDefinition {
  const entry = `${name}/v1/${name}.proto`;
  return {
    name,
    source: { kind: 'proto', files: [protoFile(entry)], entry: [entry] },
    upstream: { targets: [{ url }] },
    forwardHeaders: ['x-mock-*'],
    ...settings,
  };
}

/** A service of one proto file written in the test itself. */
export function inlineService(
  name: string,
  proto: string,
  url: string,
  settings: Partial<ServiceDefinition> = {},
): ServiceDefinition {
  const path = `${name}.proto`;
  return {
    name,
    source: { kind: 'proto', files: [{ path, content: proto }], entry: [path] },
    upstream: { targets: [{ url }] },
    ...settings,
  };
}
