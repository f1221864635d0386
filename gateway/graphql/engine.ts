// Documents of one schema from parameters to results: checked, priced, executed, and over HTTP answered. graphql-yoga
// answers what is refused and what plans do not cover; reading the request and wording errors are ours.
import {
  type ExecutionArgs,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import { eventPreference } from './accept-events.ts';
import { type AnswerType, acceptedType } from './accepted-type.ts';
import { operationCost, plannedCost } from './cost.ts';
import { type CheckedDocument, type DocumentOptions, Documents, type FoundOperation } from './documents.ts';
import { buildExecutableSchema, type GraphqlContext } from './executable-schema.ts';
import { type ExecutionOutcome, Executor, type ExecutorOptions } from './executor.ts';
import type { GraphqlParams } from './read-params.ts';
import type { ChargeRequest } from './request-limits.ts';
import {
  documentErrors,
  type ExecutedResult,
  type OnFault,
  requestError,
  writeResult,
} from './write-errors.ts';
import { resultText, writtenResult } from './written-result.ts';

export interface GraphqlRequest extends GraphqlContext {
  readonly requestId: string;
  /** `GET` may only query. */
  readonly method: string;
  readonly accept: string;
  readonly signal: AbortSignal;
  /** @throws GatewayError */
  readonly read: () => Promise<GraphqlParams>;
  readonly onFault: OnFault;
  /** Absent: nobody counts what it costs. */
  readonly charge?: ChargeRequest | undefined;
}

/** One operation that comes another way than as the whole of an HTTP request. */
export type OperationRequest = Omit<GraphqlRequest, 'read' | 'accept'> & { readonly params: GraphqlParams };

/** An answer as text already; its status is 200. */
export interface TextAnswer {
  readonly kind: 'text';
  readonly type: AnswerType;
  readonly text: string;
}

export interface GraphqlEngine {
  readonly schema: GraphQLSchema;
  /** Answers over HTTP with one body. Never rejects for reasons of the request: those are answers. */
  answer(request: GraphqlRequest): Promise<Response | TextAnswer>;
  /** Runs one operation, checked as any other. Never rejects for reasons of the request, either. */
  run(request: OperationRequest): Promise<ExecutionOutcome>;
  /** Whether a document may run, whatever its operations. */
  check(text: string): CheckedDocument;
  /** What `run` would run; undefined if it would refuse. */
  find(params: GraphqlParams): FoundOperation | undefined;
  /** What `run` would charge; 0 if it would refuse. */
  costOf(params: GraphqlParams, method: string): number;
}

type ServerContext = GraphqlRequest & Record<string, unknown>;

export interface EngineOptions extends DocumentOptions, ExecutorOptions {}

/** Made once per graph: documents and validation results live and die with the schema they were checked against. */
export function createEngine(graph: Graph, options: EngineOptions): GraphqlEngine {
  const schema = buildExecutableSchema(graph);
  const documents = new Documents(schema, options);
  const executor = new Executor(graph, schema, options);
  const yoga = createYoga<ServerContext>({
    schema,
    plugins: [createPlugin(documents, executor)],
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
  const find = ({ query, operationName }: GraphqlParams): FoundOperation | undefined => {
    const checked = documents.check(query);
    if (!checked.ok) return undefined;
    const operation = getOperationAST(checked.document, operationName);
    return operation ? { document: checked.document, operation } : undefined;
  };
  /** @throws GatewayError `operation-too-costly` */
  const priceOf = (found: FoundOperation, { variables }: GraphqlParams): number => {
    const refusal = executor.refusal(found, variables);
    if (refusal !== undefined) throw refusal;
    return plannedCost(graph, found, variables, options.limits.cost);
  };
  /** Undefined, with nothing run, if it is for yoga to answer. */
  const planned = async (request: GraphqlRequest): Promise<TextAnswer | undefined> => {
    const type = acceptedType(request.accept);
    if (type === undefined) return undefined;
    let params: GraphqlParams;
    try {
      params = await request.read();
    } catch {
      // Refusals are worded where all of them are.
      return undefined;
    }
    const found = find(params);
    if (found === undefined || operationRefusal(found.operation, params.operationName, request.method))
      return undefined;
    // Its events are no body.
    if (found.operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
    const outcome = await executor.planned({ found, variables: params.variables, context: request });
    if (outcome === undefined || Symbol.asyncIterator in outcome) return undefined;
    const result = writtenResult(outcome, request.requestId, request.onFault);
    return { kind: 'text', type, text: resultText(result) };
  };
  return {
    schema,
    answer: async (asked) => {
      const given = withServedForm(asked);
      const read = once(async () => {
        const params = await given.read();
        const found = find(params);
        if (found === undefined) return params;
        const cost = priceOf(found, params);
        const isRefused = operationRefusal(found.operation, params.operationName, given.method) !== undefined;
        if (!isRefused) await given.charge?.(cost);
        return params;
      });
      const request = { ...given, read };
      const answer = await planned(request);
      if (answer !== undefined) return answer;
      // What yoga would read of the request, `read` has read; it is told only which forms of answer are accepted.
      const outline = new yoga.fetchAPI.Request(`http://gateway${ENDPOINT}`, {
        method: 'POST',
        headers: { accept: servedForms(request.accept) },
      });
      return yoga.fetch(outline, request);
    },
    run: async ({ params, ...request }) => {
      const checked = checkOperation(documents, params, request);
      if (!checked.ok) return { data: undefined, errors: checked.errors };
      try {
        const cost = priceOf(checked, params);
        await request.charge?.(cost);
      } catch (thrown) {
        const error = GatewayError.from(thrown);
        const errors = [requestError(thrown, request.requestId, request.onFault)];
        return { data: undefined, errors, ...(error.quota !== undefined && { exceeded: error }) };
      }
      return executor.run({ found: checked, variables: params.variables, context: request });
    },
    check: (text) => documents.check(text),
    find,
    costOf: (params, method) => {
      const found = find(params);
      if (found === undefined || operationRefusal(found.operation, params.operationName, method)) return 0;
      const cost = operationCost(graph, found, params.variables);
      return cost <= options.limits.cost ? cost : 0;
    },
  };
}

type CheckedOperation =
  | ({ readonly ok: true } & FoundOperation)
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

function checkOperation(
  documents: Documents,
  { query, operationName }: Pick<GraphqlParams, 'query' | 'operationName'>,
  { requestId, method, onFault }: Pick<GraphqlRequest, 'requestId' | 'method' | 'onFault'>,
): CheckedOperation {
  const checked = documents.check(query);
  if (!checked.ok) return { ok: false, errors: documentErrors(checked, requestId) };
  const operation = getOperationAST(checked.document, operationName);
  const refusal = operationRefusal(operation, operationName, method);
  if (operation && refusal === undefined) return { ok: true, document: checked.document, operation };
  return { ok: false, errors: [requestError(refusal, requestId, onFault)] };
}

const ENDPOINT = '/graphql';

/** A body can be read once, and whoever answers needs what is in it. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}

/** Who accepts nothing of what is served hears so in the form that says most. */
function withServedForm(request: GraphqlRequest): GraphqlRequest {
  const { accept } = request;
  if (acceptedType(accept) !== undefined || eventPreference(accept) !== 'never') return request;
  const error = new GatewayError(
    'invalid_argument',
    'answers are application/graphql-response+json or application/json, or text/event-stream; accept one of them',
    { type: 'not-acceptable' },
  );
  return { ...request, accept: 'application/graphql-response+json', read: () => Promise.reject(error) };
}

/** Nothing is delivered in parts, so the form made for parts is not served. */
function servedForms(accept: string): string {
  const forms = accept.split(',').filter((form) => !/^\s*multipart\//i.test(form));
  return forms.join(',') || '*/*';
}

function createPlugin(documents: Documents, executor: Executor): Plugin<ServerContext, ServerContext> {
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
      const { query = '', operationName } = params;
      const checked = checkOperation(documents, { query, operationName }, context);
      if (!checked.ok) setResult({ errors: [...checked.errors] });
    },
    onParse: ({ params, setParsedDocument }) => {
      const checked = documents.check(String(params.source));
      if (checked.ok) setParsedDocument(checked.document);
    },
    onValidate: ({ setResult }) => setResult([]),
    onExecute: ({ args, setExecuteFn }) => {
      const { signal } = args.contextValue as GraphqlRequest;
      setExecuteFn(() => execute(executor.args(args as ExecutionArgs, signal)));
    },
    onResultProcess: ({ result, setResult, serverContext: { requestId, onFault } }) => {
      if (Symbol.asyncIterator in result || Array.isArray(result)) return;
      setResult(writeResult(result as ExecutedResult, requestId, onFault) as typeof result);
    },
  };
}

function operationRefusal(
  operation: OperationDefinitionNode | null | undefined,
  name: string | undefined,
  method: string,
): GatewayError | undefined {
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
