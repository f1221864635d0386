// The services of the configuration file: where their sources lie, where their calls go, what they may cost.
// Sources themselves are read by read-services.ts; certificates are read here, since they are values.
import { createSecureContext } from 'node:tls';
import { DEFAULT_LIMITS } from '../../core/operation.ts';
import { readTarget } from '../../core/target.ts';
import type { Target, Upstream, UpstreamTls } from '../../core/upstream.ts';
import type { OperationSize } from '../../registry/service-definition.ts';
import { forwardFault } from '../../translators/rest/forward-rules.ts';
import { responseFault } from '../../translators/rest/response-rules.ts';
import { type ConfigNode, findNode } from './config-node.ts';
import type { PlacementConfig, ServiceConfig, SourceConfig } from './gateway-config.ts';
import { readGraphSettings } from './graph-settings.ts';
import { readHttpSettings } from './http-settings.ts';
import { credentialPlaces, readCredentials } from './read-credentials.ts';
import { codeOf, FileFault, MAX_VALUE_FILE_BYTES, type ReadFile } from './read-file.ts';
import { readServicePolicies } from './read-policies.ts';
import { readValidation } from './read-validation.ts';
import { readRestSettings } from './rest-settings.ts';
import { settingPlaces } from './setting-places.ts';
import { type SettingReader, toBoolean, toItems, toText } from './setting-reader.ts';
import { type Reading, readDuration, readSize } from './units.ts';

/** Every service that could be read; the problems of the others are with the reader. */
export async function buildServices(
  settings: SettingReader,
  readFile: ReadFile,
): Promise<readonly ServiceConfig[]> {
  const services: ServiceConfig[] = [];
  const lines = new Map<string, number | undefined>();
  for (const [index, node] of toItems(settings.find('services')).entries()) {
    const builder = new ServiceBuilder(settings, node, `services[${index}]`, readFile);
    const service = await builder.build();
    const nameNode = findNode(node, 'name');
    const name = toText(nameNode);
    if (name !== undefined && nameNode !== undefined) {
      if (lines.has(name)) {
        const first = lines.get(name);
        settings.refuse(nameNode, 'duplicate-service', `the service ${name} is on line ${first} already`);
      } else {
        lines.set(name, nameNode.position.line);
      }
    }
    if (service !== undefined) services.push(service);
  }
  return services;
}

class ServiceBuilder {
  readonly #settings: SettingReader;
  readonly #node: ConfigNode;
  readonly #place: string;
  readonly #readFile: ReadFile;

  constructor(settings: SettingReader, node: ConfigNode, place: string, readFile: ReadFile) {
    this.#settings = settings;
    this.#node = node;
    this.#place = place;
    this.#readFile = readFile;
  }

  async build(): Promise<ServiceConfig | undefined> {
    const name = toText(this.#find('name'));
    const source = this.#readSource();
    const upstream = await this.#readUpstream();
    const limits = this.#readLimits();
    const forwardHeaders = this.#readRules('forward', forwardFault);
    if (name === undefined || source === undefined || upstream === undefined) return undefined;
    const rulesPath = this.#readPath(this.#find('rules'));
    const rest = readRestSettings(this.#find('rest'), this.#readRules('response', responseFault));
    const graphqlNode = this.#find('graphql');
    const graphql = graphqlNode === undefined ? undefined : readGraphSettings(graphqlNode, name);
    const forwardsAuthorization =
      toText(this.#find('headers', 'authorization')) === 'drop' ? false : undefined;
    const placement = this.#readPlacement();
    const policies = readServicePolicies(this.#settings, this.#node, this.#place, name);
    const places = settingPlaces(this.#node, name);
    const { position } = this.#node;
    return {
      name,
      source,
      rulesPath,
      upstream,
      forwardHeaders,
      forwardsAuthorization,
      rest,
      graphql,
      ...(policies !== undefined && { policies }),
      ...(upstream.credentials !== undefined && {
        credentialPlaces: credentialPlaces(this.#find('upstream'), name),
      }),
      ...(Object.keys(placement).length > 0 && { placement }),
      ...(places.size > 0 && { settingPlaces: places }),
      limits,
      position,
    };
  }

  #find(...path: readonly string[]): ConfigNode | undefined {
    return findNode(this.#node, ...path);
  }

  #readRules(part: 'forward' | 'response', faultOf: (rule: string) => string | undefined): readonly string[] {
    return toItems(this.#find('headers', part)).flatMap((item, index) => {
      const rule = ruleOf(item);
      const fault = rule === undefined ? undefined : faultOf(rule);
      if (fault !== undefined) {
        const message = `${this.#place}.headers.${part}[${index}] ${fault}`;
        this.#settings.refuse(item, 'contradiction', message);
      }
      return rule ?? [];
    });
  }

  #readPath(node: ConfigNode | undefined): string | undefined {
    const path = toText(node);
    return node === undefined || path === undefined ? undefined : this.#settings.resolvePath(node, path);
  }

  #readSource(): SourceConfig | undefined {
    const descriptorSet = this.#readPath(this.#find('descriptorSet'));
    if (descriptorSet !== undefined) return { kind: 'descriptorSet', path: descriptorSet };
    const openapi = this.#readPath(this.#find('openapi'));
    if (openapi !== undefined) return { kind: 'openapi', path: openapi };
    const isProxy = !['proto', 'descriptorSet', 'openapi'].some((key) => this.#isWritten(key));
    if (isProxy && ['prefix', 'hosts'].some((key) => this.#isWritten(key))) return { kind: 'proxy' };
    const files = this.#readPaths(this.#find('proto', 'files'));
    if (files.length === 0) return undefined;
    return { kind: 'proto', files, include: this.#readPaths(this.#find('proto', 'include')) };
  }

  /** Whether anything stands there, even what was refused. */
  #isWritten(key: string): boolean {
    return this.#node.kind === 'mapping' && this.#node.entries.has(key);
  }

  #readPlacement(): PlacementConfig {
    const prefix = toText(this.#find('prefix'));
    const rewrite = toText(this.#find('rewrite'));
    const hosts = toItems(this.#find('hosts')).flatMap((item) => toText(item)?.toLowerCase() ?? []);
    const stripPrefix = toBoolean(this.#find('stripPrefix'));
    return {
      ...(prefix !== undefined && { prefix }),
      ...(rewrite !== undefined && { rewrite }),
      ...(hosts.length > 0 && { hosts }),
      ...(stripPrefix !== undefined && { stripPrefix }),
      ...readValidation(this.#node),
    };
  }

  #readPaths(node: ConfigNode | undefined): readonly string[] {
    return toItems(node).flatMap((item) => this.#readPath(item) ?? []);
  }

  async #readUpstream(): Promise<Upstream | undefined> {
    const node = this.#find('upstream');
    if (node === undefined) return undefined;
    const targets = node.kind === 'mapping' ? this.#readTargets() : this.#readTarget(node, 'upstream', 1);
    const tls = await this.#readTls(targets);
    const http = readHttpSettings(this.#settings, node, `${this.#place}.upstream`);
    const credentials = readCredentials(node);
    if (targets.length === 0) return undefined;
    return {
      targets,
      ...(tls !== undefined && { tls }),
      ...(http !== undefined && { http }),
      ...(credentials.length > 0 && { credentials }),
    };
  }

  #readTargets(): readonly Target[] {
    return toItems(this.#find('upstream', 'targets')).flatMap((item, index) => {
      const weight = Number(toText(findNode(item, 'weight')) ?? 1);
      return this.#readTarget(findNode(item, 'url'), `upstream.targets[${index}].url`, weight);
    });
  }

  #readTarget(node: ConfigNode | undefined, name: string, weight: number): readonly Target[] {
    const target = this.#settings.read(node, `${this.#place}.${name}`, (url) => {
      const reading = readTarget(url, weight);
      if (!reading.ok) return reading;
      const { scheme, host, port } = reading.target;
      const isWritten = (key: string): boolean => this.#isWritten(key);
      const isGrpc = ['proto', 'descriptorSet'].some(isWritten);
      const isHttp = !isGrpc && ['openapi', 'prefix', 'hosts'].some(isWritten);
      // Without a source nothing says what it is called by.
      if (isHttp === isGrpc || scheme.startsWith('http') === isHttp)
        return { ok: true, value: reading.target };
      const right = isHttp ? scheme.replace('grpc', 'http') : scheme.replace('http', 'grpc');
      const remedy = `${right}://${host.includes(':') ? `[${host}]` : host}:${port}`;
      const why = isHttp
        ? 'over HTTP, as every service without a proto is'
        : 'over gRPC, as every proto service is';
      return { ok: false, message: `must be called ${why}; write ${remedy}` };
    });
    return target === undefined ? [] : [target];
  }

  async #readTls(targets: readonly Target[]): Promise<UpstreamTls | undefined> {
    const node = this.#find('upstream', 'tls');
    if (node === undefined) return undefined;
    const ca = await this.#readPem('ca');
    const cert = await this.#readPem('cert');
    const key = await this.#readPem('key');
    const serverName = toText(this.#find('upstream', 'tls', 'serverName'));
    const tls: UpstreamTls = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(serverName !== undefined && { serverName }),
    };
    if (targets.length > 0 && targets.every(({ scheme }) => scheme === 'grpc' || scheme === 'http')) {
      const [first] = targets;
      const message = `${this.#place}.upstream.tls has no effect: no target is ${first?.scheme ?? 'grpc'}s://`;
      this.#settings.refuse(node, 'contradiction', message);
    }
    try {
      createSecureContext({ ...tls });
    } catch (error) {
      const code = codeOf(error);
      const reason = code === undefined ? '' : ` (${code})`;
      const message = `${this.#place}.upstream.tls holds a certificate or key that cannot be used${reason}`;
      this.#settings.refuse(node, 'certificate', message);
    }
    return tls;
  }

  async #readPem(part: 'ca' | 'cert' | 'key'): Promise<string | undefined> {
    const node = this.#find('upstream', 'tls', part);
    const text = toText(node);
    if (node === undefined || text === undefined || text.includes('-----BEGIN ')) return text;
    const name = `${this.#place}.upstream.tls.${part}`;
    try {
      const pem = await this.#readFile(this.#settings.resolvePath(node, text), MAX_VALUE_FILE_BYTES);
      if (pem.includes('-----BEGIN ')) return pem;
      this.#settings.refuse(node, 'certificate', `${name} names a file that holds no PEM`);
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      this.#settings.refuse(node, 'file', `${name} names a file that ${error.message}`);
    }
    return undefined;
  }

  #readLimits(): ServiceConfig['limits'] {
    const timeoutNode = this.#find('upstream', 'timeout');
    const defaultNode = this.#find('limits', 'deadline', 'default');
    const maxNode = this.#find('limits', 'deadline', 'max');
    const timeout = this.#readDeadline(timeoutNode, 'upstream.timeout');
    const byDefault = this.#readDeadline(defaultNode, 'limits.deadline.default') ?? timeout;
    const max = this.#readDeadline(maxNode, 'limits.deadline.max');
    if (timeoutNode !== undefined && defaultNode !== undefined) {
      const message = `${this.#place} has both upstream.timeout and limits.deadline.default; keep one`;
      this.#settings.refuse(defaultNode, 'contradiction', message);
    }
    const ceiling = max ?? DEFAULT_LIMITS.maxDeadlineMs;
    const node = defaultNode ?? timeoutNode;
    if (node !== undefined && byDefault !== undefined && byDefault > ceiling) {
      const remedy = max === undefined ? '; raise limits.deadline.max as well' : '';
      const message = `${this.#place} has a default deadline above the most allowed, ${ceiling} ms${remedy}`;
      this.#settings.refuse(node, 'contradiction', message);
    }
    const sizeNode = this.#find('limits', 'messageBytes');
    const messageBytes = this.#settings.read(sizeNode, `${this.#place}.limits.messageBytes`, readMessageSize);
    const uploadNode = this.#find('limits', 'uploadBytes');
    const uploadBytes = this.#settings.read(uploadNode, `${this.#place}.limits.uploadBytes`, readUploadSize);
    const streamIdleMs = this.#readDeadline(this.#find('limits', 'stream', 'idle'), 'limits.stream.idle');
    const streamTotalMs = this.#readDeadline(this.#find('limits', 'stream', 'total'), 'limits.stream.total');
    return {
      messageBytes,
      uploadBytes,
      operationSizes: this.#readOperationSizes(),
      defaultDeadlineMs: byDefault,
      maxDeadlineMs: max,
      streamIdleMs,
      streamTotalMs,
    };
  }

  #readOperationSizes(): readonly OperationSize[] | undefined {
    const node = this.#find('limits', 'operations');
    if (node?.kind !== 'mapping') return undefined;
    const sizes: OperationSize[] = [];
    for (const [operation, entry] of node.entries) {
      const place = `${this.#place}.limits.operations["${operation}"].messageBytes`;
      const bytes = this.#settings.read(findNode(entry.node, 'messageBytes'), place, readMessageSize);
      if (bytes !== undefined) sizes.push({ operation, maxMessageBytes: bytes });
    }
    return sizes.length === 0 ? undefined : sizes;
  }

  #readDeadline(node: ConfigNode | undefined, name: string): number | undefined {
    return this.#settings.read(node, `${this.#place}.${name}`, (text) => {
      const reading = readDuration(text);
      return reading.ok && reading.value === 0 ? { ok: false, message: 'must be more than 0' } : reading;
    });
  }
}

/** A mapping `{from, to}` is the rule `from=to`. */
function ruleOf(item: ConfigNode): string | undefined {
  if (item.kind !== 'mapping') return toText(item)?.toLowerCase();
  const from = toText(findNode(item, 'from'))?.toLowerCase();
  const to = toText(findNode(item, 'to'))?.toLowerCase();
  return from === undefined || to === undefined ? undefined : `${from}=${to}`;
}

/** transcoding reference, section 10: per operation up to 64 MiB, which the transport knows as well. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Never unlimited (security reference, preamble). */
const MAX_UPLOAD_BYTES = 1024 ** 4;

function readMessageSize(text: string): Reading<number> {
  const reading = readSize(text);
  if (!reading.ok || reading.value <= MAX_MESSAGE_BYTES) return reading;
  return { ok: false, message: 'is larger than 64MiB, the most that a message may have' };
}

function readUploadSize(text: string): Reading<number> {
  return readSize(text, MAX_UPLOAD_BYTES);
}
