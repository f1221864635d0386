// graphql-yoga around one schema: GraphQL over HTTP, negotiation of the answer's form, server-sent events. Reading
// the request, checking the document and wording errors are ours; the execution is graphql-js's.
import {
  type DocumentNode,
  type ExecutionArgs,
  execute,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import { type DocumentOptions, Documents } from './documents.ts';
import { buildExecutableSchema, type GraphqlContext } from './executable-schema.ts';
import type { GraphqlParams } from './read-params.ts';
import {
  documentErrors,
  type ExecutedResult,
  type OnFault,
  requestError,
  writeResult,
} from './write-errors.ts';

export interface GraphqlRequest extends GraphqlContext {
  readonly requestId: string;
  /** `GET` may only query. */
  readonly method: string;
  readonly accept: string;
  readonly signal: AbortSignal;
  /** @throws GatewayError */
  readonly read: () => Promise<GraphqlParams>;
  readonly onFault: OnFault;
}

export interface GraphqlEngine {
  readonly schema: GraphQLSchema;
  /** Never rejects for reasons of the request: those are answers. */
  answer(request: GraphqlRequest): Promise<Response>;
}

type ServerContext = GraphqlRequest & Record<string, unknown>;

/** Made once per graph: documents and validation results live and die with the schema they were checked against. */
export function createEngine(graph: Graph, options: DocumentOptions): GraphqlEngine {
  const schema = buildExecutableSchema(graph);
  const documents = new Documents(schema, options);
  const yoga = createYoga<ServerContext>({
    schema,
    plugins: [createPlugin(documents)],
    // The door answers these itself.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    maskedErrors: false,
    parserAndValidationCache: false,
    logging: false,
    graphqlEndpoint: ENDPOINT,
  });
  return {
    schema,
    answer: async (request) => {
      // What yoga would read of the request, `read` has read; it is told only which forms of answer are accepted.
      const outline = new yoga.fetchAPI.Request(`http://gateway${ENDPOINT}`, {
        method: 'POST',
        headers: { accept: servedForms(request.accept) },
      });
      return yoga.fetch(outline, { ...request });
    },
  };
}

const ENDPOINT = '/graphql';

/** Nothing is delivered in parts, so the form made for parts is not served. */
function servedForms(accept: string): string {
  const forms = accept.split(',').filter((form) => !/^\s*multipart\//i.test(form));
  return forms.join(',') || '*/*';
}

function createPlugin(documents: Documents): Plugin<ServerContext, ServerContext> {
  return {
    onRequestParse: ({ serverContext, setRequestParser }) => {
      setRequestParser(async () => {
        const { query, operationName, variables } = await serverContext.read();
        return {
          query,
          ...(operationName !== undefined && { operationName }),
          ...(variables && { variables }),
        };
      });
    },
    onParams: ({ params, context, setResult }) => {
      const checked = documents.check(params.query ?? '');
      if (!checked.ok) {
        setResult({ errors: documentErrors(checked, context.requestId) });
        return;
      }
      const refusal = operationRefusal(checked.document, params.operationName, context.method);
      if (refusal !== undefined)
        setResult({ errors: [requestError(refusal, context.requestId, context.onFault)] });
    },
    onParse: ({ params, setParsedDocument }) => {
      const checked = documents.check(String(params.source));
      if (checked.ok) setParsedDocument(checked.document);
    },
    onValidate: ({ setResult }) => setResult([]),
    onExecute: ({ args, setExecuteFn }) => {
      setExecuteFn(() => execute(executionArgs(args as ExecutionArgs)));
    },
    onSubscribe: ({ args, setSubscribeFn }) => {
      setSubscribeFn(() => subscribe(executionArgs(args as ExecutionArgs)));
    },
    onResultProcess: ({ result, setResult, serverContext: { requestId, onFault } }) => {
      const write = (one: ExecutedResult): ExecutedResult => writeResult(one, requestId, onFault);
      if (Symbol.asyncIterator in result) setResult(mapEvents(result, write) as typeof result);
      else if (!Array.isArray(result)) setResult(write(result) as typeof result);
    },
  };
}

function executionArgs(args: ExecutionArgs): ExecutionArgs {
  const { signal } = args.contextValue as GraphqlRequest;
  return { ...args, abortSignal: signal, hideSuggestions: true };
}

function operationRefusal(
  document: DocumentNode,
  name: string | undefined,
  method: string,
): GatewayError | undefined {
  const operation = getOperationAST(document, name);
  if (operation === null || operation === undefined) {
    return new GatewayError(
      'invalid_argument',
      name === undefined
        ? 'the document has several operations; "operationName" must say which one to run'
        : 'the document has no operation of the name in "operationName"',
    );
  }
  if (method === 'GET' && operation.operation !== OperationTypeNode.QUERY) {
    return new GatewayError('unimplemented', `a ${operation.operation} must be sent with POST`, {
      type: 'method-not-allowed',
      allow: ['POST'],
    });
  }
  return undefined;
}

/** Leaving early must reach the source at once, so this is no generator, which would first wait for an event. */
function mapEvents<T>(events: AsyncIterable<T>, map: (event: T) => unknown): AsyncIterableIterator<unknown> {
  const iterator = events[Symbol.asyncIterator]();
  const mapped: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => mapped,
    next: async () => {
      const { done, value } = await iterator.next();
      return done === true ? { done, value: undefined } : { done: false, value: map(value) };
    },
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return mapped;
}
