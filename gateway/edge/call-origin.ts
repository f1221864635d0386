// Where the calls of a request come from, as policies ask for it. Nothing is looked up before it is asked for.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { CallOrigin, LimitNotice } from '../../core/call-origin.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';
import type { ClientAddressReader } from './client-address.ts';
import { limitAddress } from './limit-address.ts';

export interface OriginFacts {
  readonly request: IncomingMessage;
  readonly addresses: ClientAddressReader;
  /** What the client has sent, if not in the head alone. */
  readonly headers?: IncomingHttpHeaders;
  /** The route that was found. */
  readonly match?: RouteMatch;
  /** What stands for a route where there is none. */
  readonly path?: string;
  readonly isCharged: boolean;
  /** Where the client is told what is left. */
  readonly tell?: (notice: LimitNotice) => void;
}

export function createCallOrigin(facts: OriginFacts): CallOrigin {
  return new RequestOrigin(facts);
}

class RequestOrigin implements CallOrigin {
  readonly isCharged: boolean;
  readonly #facts: OriginFacts;
  #address: string | undefined;

  constructor(facts: OriginFacts) {
    this.#facts = facts;
    this.isCharged = facts.isCharged;
  }

  get address(): string {
    const { addresses, request } = this.#facts;
    this.#address ??= limitAddress(addresses.read(request));
    return this.#address;
  }

  get route(): string | undefined {
    const { match, path } = this.#facts;
    if (match === undefined) return path;
    const { method, template } = match.route.binding;
    return `${method} ${template}`;
  }

  header(name: string): string | undefined {
    const { headers, request } = this.#facts;
    const value = (headers ?? request.headers)[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  variable(name: string): string | undefined {
    const { match } = this.#facts;
    const index = match?.route.template.variables.findIndex(({ fieldPath }) => fieldPath.join('.') === name);
    return index === undefined || index === -1 ? undefined : match?.variables[index];
  }

  tell(notice: LimitNotice): void {
    this.#facts.tell?.(notice);
  }
}
