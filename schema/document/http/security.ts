// What callers of a registered document's operations have to show, as far as the gateway sends it on.
import type { HttpOperation, HttpSecurityRequirement } from '../../../core/http-operation.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { PartComponent } from '../document-part.ts';
import { LegalNames } from './legal-names.ts';
import { data, isObject } from './schema-keywords.ts';

type Requirement = ReadonlyMap<string, readonly string[]>;

export class SecuritySchemes {
  readonly #schemes = new Map<string, JsonObject>();
  readonly #names = new LegalNames();
  readonly #used = new Set<string>();

  constructor(schemes: ReadonlyMap<string, JsonObject>) {
    for (const [name, scheme] of schemes) {
      const read = readScheme(scheme);
      if (read !== undefined) this.#schemes.set(name, read);
    }
  }

  /** Empty: nothing has to be shown, or nothing that would arrive. */
  requirementsOf(
    { security }: Pick<HttpOperation, 'security'>,
    forwardsAuthorization: boolean,
  ): Requirement[] {
    return security.flatMap((requirement) => this.#served(requirement, forwardsAuthorization) ?? []);
  }

  /** Of those that were asked for. */
  components(): PartComponent[] {
    return [...this.#used].flatMap((source) => {
      const value = this.#schemes.get(source);
      const name = this.#names.of(source);
      return value === undefined ? [] : [{ kind: 'securitySchemes' as const, name, fullName: name, value }];
    });
  }

  #served(requirement: HttpSecurityRequirement, forwardsAuthorization: boolean): Requirement | undefined {
    const served = new Map<string, readonly string[]>();
    for (const [source, scopes] of requirement) {
      const scheme = this.#schemes.get(source);
      // A requirement that nobody can read is none; left out in part it would promise too much.
      if (scheme === undefined) return undefined;
      // Certificates end at the gateway, which has its own for the upstream.
      if (scheme.type === 'mutualTLS' || (!forwardsAuthorization && isInAuthorization(scheme))) continue;
      this.#used.add(source);
      served.set(this.#names.of(source), scopes);
    }
    // `{}` among others says that one may also show nothing.
    return served.size === 0 && requirement.size > 0 ? undefined : served;
  }
}

function isInAuthorization({ type, name }: JsonObject): boolean {
  return type !== 'apiKey' || String(name).toLowerCase() === 'authorization';
}

const PLACES: readonly unknown[] = ['query', 'header', 'cookie'];
const FLOWS = {
  implicit: ['authorizationUrl'],
  password: ['tokenUrl'],
  clientCredentials: ['tokenUrl'],
  authorizationCode: ['authorizationUrl', 'tokenUrl'],
} as const;

/** OpenAPI 3.1, "Security Scheme Object"; undefined for what is none. */
function readScheme(scheme: JsonObject): JsonObject | undefined {
  const { type, name, scheme: method, bearerFormat, openIdConnectUrl, description } = scheme;
  const said = typeof description === 'string' ? { description } : {};
  switch (type) {
    case 'apiKey':
      return typeof name === 'string' && PLACES.includes(scheme.in) && scheme.in !== undefined
        ? { type, name, in: scheme.in, ...said }
        : undefined;
    case 'http':
      return typeof method === 'string'
        ? { type, scheme: method, ...(typeof bearerFormat === 'string' && { bearerFormat }), ...said }
        : undefined;
    case 'mutualTLS':
      return { type, ...said };
    case 'openIdConnect':
      return typeof openIdConnectUrl === 'string' ? { type, openIdConnectUrl, ...said } : undefined;
    case 'oauth2': {
      const flows = readFlows(scheme);
      return flows === undefined ? undefined : { type, flows, ...said };
    }
    default:
      return undefined;
  }
}

function readFlows({ flows }: JsonObject): JsonObject | undefined {
  if (!isObject(flows)) return undefined;
  const read = Object.entries(FLOWS).flatMap(([name, needed]) => {
    const flow = flows[name];
    if (!isObject(flow) || needed.some((key) => typeof flow[key] !== 'string')) return [];
    const urls = ['authorizationUrl', 'tokenUrl', 'refreshUrl'].flatMap((key) =>
      typeof flow[key] === 'string' ? [[key, flow[key]] as const] : [],
    );
    const scopes = isObject(flow.scopes)
      ? Object.entries(flow.scopes).filter(([, text]) => typeof text === 'string')
      : [];
    return [[name, { ...Object.fromEntries(urls), scopes: Object.fromEntries(scopes) }] as const];
  });
  return read.length === 0 ? undefined : (data(Object.fromEntries(read)) as JsonObject | undefined);
}
