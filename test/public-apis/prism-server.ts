// Prism in a process of its own: a mock server that holds every request against a document, written by other people.
// It is given the document over IPC, says where it listens, and tells what it was asked whenever somebody wants to know.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Prism {
  listen(port: number, host: string): Promise<string>;
}
interface PrismHttp {
  getHttpOperationsFromSpec(document: object): Promise<readonly object[]>;
}
interface PrismHttpServer {
  createServer(operations: readonly object[], options: object): Prism;
}

const { getHttpOperationsFromSpec } = require('@stoplight/prism-http') as PrismHttp;
const { createServer } = require('@stoplight/prism-http-server') as PrismHttpServer;

/** What Prism made of the requests that came, in its own words. */
let taken: unknown[] = [];

/** Prism speaks to a logger and to nobody else. */
const logger = {
  info: (line: { readonly input?: unknown }) => {
    if (line.input !== undefined) taken.push(line.input);
  },
  child: () => logger,
  success: () => {},
  debug: () => {},
  trace: () => {},
  warn: () => {},
  error: () => {},
};

async function serve(document: object): Promise<void> {
  const server = createServer(await getHttpOperationsFromSpec(document), {
    components: { logger },
    cors: false,
    config: {
      checkSecurity: true,
      validateRequest: true,
      // An example that breaks its own schema is a document's fault: Prism says so and answers 500.
      validateResponse: true,
      errors: true,
      isProxy: false,
      upstreamProxy: undefined,
      mock: { dynamic: false },
    },
  });
  process.send?.({ url: await server.listen(0, '127.0.0.1') });
}

process.on('message', (message: object) => {
  if ('document' in message) {
    serve(message.document as object).catch((error: unknown) => {
      process.send?.({ failure: String(error) });
    });
    return;
  }
  process.send?.({ taken });
  taken = [];
});
process.on('disconnect', () => process.exit());
