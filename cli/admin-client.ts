// Talks to the admin API of a running gateway. Knows its paths and how it says no; prints nothing.
// An answer is read with care: the address may belong to something else entirely.
import type { GraphSettings } from '../core/graph-settings.ts';
import type { Problem } from '../core/problem.ts';
import { writeDefinition } from '../gateway/admin/definition-message.ts';
import { codeOf } from '../gateway/config/read-file.ts';
import type { ServiceDefinition, ServiceSource } from '../registry/service-definition.ts';
import {
  asObject,
  type GraphqlSchemaAnswer,
  readGraphqlSchema,
  readOpenapiDocument,
  readProblems,
  readService,
  readServiceSummaries,
  type ServiceAnswer,
  type ServiceSummary,
} from './admin-answers.ts';
import { CommandError } from './command.ts';

/** Compiling may take the server ten seconds; beyond this something hangs. */
const TIMEOUT_MS = 60_000;

export interface AdminAddress {
  readonly url: string;
  readonly token: string | undefined;
}

export interface Registration {
  readonly source: ServiceSource;
  /** One URL is sent as such; several are targets of equal weight. */
  readonly upstream: readonly string[];
  readonly forwardHeaders: readonly string[];
  /** Text of a google.api.Service document. */
  readonly rules?: string;
  /** Where the service is found. */
  readonly placement?: Pick<ServiceDefinition, 'prefix' | 'hosts' | 'stripPrefix' | 'rewrite'>;
  readonly graphql?: GraphSettings;
}

export interface PutOptions {
  readonly isDryRun: boolean;
  readonly ifMatch: string | undefined;
  /** Register it though clients break; else that refuses it. */
  readonly isForced: boolean;
}

/** A refusal of the gateway, with the problems it listed. */
export class AdminRefusal extends CommandError {
  readonly status: number;
  /** Name of the problem's type, such as `breaking-change`. */
  readonly type: string;

  constructor(message: string, { status, type, problems }: RefusalFacts) {
    super(message, { problems });
    this.status = status;
    this.type = type;
  }
}

interface RefusalFacts {
  readonly status: number;
  readonly type: string;
  readonly problems: readonly Problem[];
}

const TYPE_PREFIX = 'urn:dragoman:problem:';

export class AdminClient {
  readonly #url: string;
  readonly #token: string | undefined;

  /** @throws CommandError if the address is none. */
  constructor({ url, token }: AdminAddress) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      throw new CommandError(`--admin must be a URL such as http://127.0.0.1:9080, found "${url}"`);
    }
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  async listServices(): Promise<readonly ServiceSummary[]> {
    return readServiceSummaries(await this.#call('GET', '/v1/services'));
  }

  async getService(name: string): Promise<ServiceAnswer> {
    return readService(await this.#call('GET', servicePath(name)));
  }

  async putService(name: string, registration: Registration, options: PutOptions): Promise<ServiceAnswer> {
    const query = options.isDryRun
      ? 'validateOnly=true'
      : `onBreaking=${options.isForced ? 'allow' : 'refuse'}`;
    const path = `${servicePath(name)}?${query}`;
    return readService(
      await this.#call('PUT', path, { body: bodyOf(registration), ifMatch: options.ifMatch }),
    );
  }

  /** What registering it would change; nothing is. */
  async compareService(definition: ServiceDefinition): Promise<ServiceAnswer> {
    const path = `${servicePath(definition.name)}?validateOnly=true`;
    return readService(await this.#call('PUT', path, { body: writeDefinition(definition) }));
  }

  /** The schema in force, or the part of one service. */
  async getGraphqlSchema(service: string | undefined): Promise<GraphqlSchemaAnswer> {
    const query = service === undefined ? '' : `?service=${encodeURIComponent(service)}`;
    return readGraphqlSchema(await this.#call('GET', `/v1/snapshot/graphql${query}`));
  }

  /** The OpenAPI document in force as JSON text, of everything or of one service. */
  async getOpenapiDocument(service: string | undefined): Promise<string> {
    const query = service === undefined ? '' : `?service=${encodeURIComponent(service)}`;
    return readOpenapiDocument(await this.#call('GET', `/v1/snapshot/openapi${query}`));
  }

  async deleteService(name: string, ifMatch: string | undefined): Promise<void> {
    await this.#call('DELETE', servicePath(name), { ifMatch });
  }

  /** Health as the gateway words it, whether it is good or not. */
  async getHealth(): Promise<{ readonly isReady: boolean; readonly answer: unknown }> {
    const response = await this.#fetch('GET', '/readyz?verbose', {});
    const text = await response.text();
    const answer = parseJson(text) ?? text;
    // 401 and 403 speak of the caller, not of the gateway's health.
    if (response.status === 401 || response.status === 403) throw this.#refusal(response, answer);
    return { isReady: response.ok, answer };
  }

  async #call(method: string, path: string, request: AdminRequest = {}): Promise<unknown> {
    const response = await this.#fetch(method, path, request);
    const text = await response.text();
    const answer = parseJson(text);
    if (response.ok && answer !== undefined) return answer;
    if (!response.ok && answer !== undefined && isProblemDocument(response))
      throw this.#refusal(response, answer);
    throw new CommandError(
      `${this.#url} answered ${response.status} ${response.statusText}`.trimEnd() +
        ', but not as an admin API does; is --admin the admin address of a gateway?',
    );
  }

  async #fetch(method: string, path: string, { body, ifMatch }: AdminRequest): Promise<Response> {
    const headers = new Headers({ accept: 'application/json, application/problem+json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
    if (ifMatch !== undefined) headers.set('if-match', quoteEtag(ifMatch));
    try {
      return await fetch(`${this.#url}${path}`, {
        method,
        headers,
        // The token must not travel to where a redirect points.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new CommandError(describeFailure(this.#url, error));
    }
  }

  #refusal(response: Response, answer: unknown): AdminRefusal {
    const document = asObject(answer);
    const detail = textOf(document.get('detail')) ?? textOf(document.get('title')) ?? response.statusText;
    const requestId = textOf(document.get('requestId'));
    const type = textOf(document.get('type')) ?? '';
    const hint =
      response.status === 401
        ? '; give the token of the admin API with --token or DRAGOMAN_TOKEN'
        : type === `${TYPE_PREFIX}route-not-found`
          ? `; is ${this.#url} the admin address of a gateway (port 9080 by default), not its public one?`
          : '';
    const suffix = requestId === undefined ? '' : ` [request ${requestId}]`;
    return new AdminRefusal(`${detail}${hint}${suffix}`, {
      status: response.status,
      type: type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : '',
      problems: readProblems(document.get('problems')),
    });
  }
}

interface AdminRequest {
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
}

function servicePath(name: string): string {
  return `/v1/services/${encodeURIComponent(name)}`;
}

function bodyOf(registration: Registration): unknown {
  const { source, upstream, forwardHeaders, rules, graphql, placement } = registration;
  const [first = ''] = upstream;
  return {
    ...bodyOfSource(source),
    ...placement,
    upstream: upstream.length === 1 ? first : { targets: upstream.map((url) => ({ url })) },
    ...(forwardHeaders.length > 0 && { forwardHeaders }),
    ...(rules !== undefined && { rules }),
    ...(graphql !== undefined && { graphql }),
  };
}

function bodyOfSource(source: ServiceSource): object {
  switch (source.kind) {
    case 'proto':
      return { files: source.files, entry: source.entry };
    case 'descriptorSet':
      return { descriptorSet: Buffer.from(source.bytes).toString('base64') };
    case 'openapi': {
      const document = source.files.find(({ path }) => path === source.entry);
      const files = source.files.filter((file) => file !== document);
      return { openapi: document?.content ?? '', files, entry: [source.entry] };
    }
    case 'proxy':
      return {};
  }
}

/** RFC 9110 §8.8.3: an entity tag is quoted; people leave the quotes out. */
function quoteEtag(revision: string): string {
  return revision === '*' || /^(W\/)?"/.test(revision) ? revision : `"${revision}"`;
}

function isProblemDocument(response: Response): boolean {
  return /^application\/(problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
}

function describeFailure(url: string, error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `${url} did not answer within ${TIMEOUT_MS / 1000} seconds`;
  }
  const code = findCode(error);
  if (code === 'ECONNREFUSED') {
    return `no gateway answers at ${url} (is \`dragoman start\` running? --admin or DRAGOMAN_ADMIN names another address)`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host of ${url} is not known`;
  return `${url} could not be reached (${code ?? 'the connection failed'})`;
}

/** fetch wraps the system's error, and several of them when a name has several addresses. */
function findCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = codeOf(error);
  if (code !== undefined) return code;
  if ('errors' in error && Array.isArray(error.errors)) return findCode(error.errors[0]);
  return 'cause' in error ? findCode(error.cause) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so in its own words.
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
