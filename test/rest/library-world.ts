// The demo library behind a real gateway: tests tell the mock by `x-mock-*` headers how to misbehave.

import type { ServiceDefinition } from '../../registry/service-definition.ts';
import type { MethodCounts } from '../../upstream-mocks/call-book.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

export interface LibraryWorld {
  readonly gateway: TestGateway;
  readonly library: MockServer;
  get(path: string, headers?: RequestOptions['headers']): Promise<Answer>;
  /** What the mock's book says of a method of the library. */
  counts(method: string): MethodCounts | undefined;
  close(): Promise<void>;
}

export const LIBRARY = 'library.v1.LibraryService';

export async function startLibraryWorld(settings: Partial<ServiceDefinition> = {}): Promise<LibraryWorld> {
  const library = await startLibrary({ port: 0 });
  const gateway = await startTestGateway([demoService('library', library.url, settings)]);
  return {
    gateway,
    library,
    get: (path, headers = {}) => send(gateway.publicUrl, { path, headers }),
    counts: (method) => library.counts()[`${LIBRARY}/${method}`],
    close: async () => {
      await gateway.close();
      await library.close();
    },
  };
}
