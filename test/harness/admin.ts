// The admin API as a client of it sees it.
import { type Answer, type RequestOptions, send } from './http-client.ts';
import type { TestGateway } from './start-gateway.ts';

export interface AdminClient {
  list(): Promise<Answer>;
  get(name: string): Promise<Answer>;
  put(name: string, body: unknown, options?: PutOptions): Promise<Answer>;
  delete(name: string, headers?: RequestOptions['headers']): Promise<Answer>;
}

export interface PutOptions {
  readonly validateOnly?: boolean;
  readonly headers?: RequestOptions['headers'];
}

export function adminOf({ adminUrl }: Pick<TestGateway, 'adminUrl'>): AdminClient {
  const at = (name: string, options: RequestOptions) =>
    send(adminUrl, { path: `/v1/services/${name}`, ...options });
  return {
    list: () => send(adminUrl, { path: '/v1/services' }),
    get: (name) => at(name, {}),
    put: (name, body, { validateOnly, headers } = {}) =>
      at(`${name}${validateOnly === true ? '?validateOnly=true' : ''}`, {
        method: 'PUT',
        body,
        ...(headers !== undefined && { headers: { 'content-type': 'application/json', ...headers } }),
      }),
    delete: (name, headers = {}) => at(name, { method: 'DELETE', headers }),
  };
}
