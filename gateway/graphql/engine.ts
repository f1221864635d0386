// Executes documents of one schema: by plans, and in all that plans do not cover by graphql-js behind graphql-yoga,
// which negotiates the answer's form. Reading the request, checking the document and wording errors are ours.
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import { costRefusal } from './cost.ts';
import { type CheckedDocument, type DocumentOptions, Documents, type FoundOperation } from './documents.ts';
import { buildExecutableSchema, type GraphqlContext } from './executable-schema.ts';
import { type PlannedAnswer, PlannedAnswers } from './plan/planned-answer.ts';
import { createPlanningContext } from './plan/planning-context.ts';
import { Plans } from './plan/plans.ts';
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

/** One operation that comes another way than as the whole of an HTTP request. */
export type OperationRequest = Omit<GraphqlRequest, 'read' | 'accept'> & { readonly params: GraphqlParams };

/** As graphql-js gives it: errors still hold what is behind them. `writeResult` makes it fit for a client. */
export type OperationResult = ExecutionResult | AsyncIterable<ExecutionResult>;

export interface GraphqlEngine {
  readonly schema: GraphQLSchema;
  /** Answers over HTTP with one body. Never rejects for reasons of the request: those are answers. */
  answer(request: GraphqlRequest): Promise<Response | PlannedAnswer>;
  /** Runs one operation, checked as any other. Never rejects for reasons of the request, either. */
  run(request: OperationRequest): Promise<OperationResult>;
  /** Whether a document may run, whatever its operations. */
  check(text: string): CheckedDocument;
  /** What `run` would run; undefined if it would refuse. */
  find(params: GraphqlParams): FoundOperation | undefined;
}

type ServerContext = GraphqlRequest & Record<string, unknown>;

export interface EngineOptions extends DocumentOptions {
  /** False leaves everything to graphql-js, to which plans are held equal. Default: true. */
  readonly plans?: boolean;
}

/** Made once per graph: documents and validation results live and die with the schema they were checked against. */
export function createEngine(graph: Graph, options: EngineOptions): GraphqlEngine {
  const schema = buildExecutableSchema(graph);
  const documents = new Documents(schema, options);
  const planned = new PlannedAnswers(graph, documents, new Plans(createPlanningContext(graph, schema)));
  const yoga = createYoga<ServerContext>({
    schema,
    plugins: [createPlugin(documents, options)],
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
  const tooCostly = (found: FoundOperation, { variables }: GraphqlParams): GatewayError | undefined =>
    costRefusal(graph, found, variables, options.limits.cost);
  return {
    schema,
    answer: async (request) => {
      const read = once(async () => {
        const params = await request.read();
        const found = find(params);
        const refusal = found && tooCostly(found, params);
        if (refusal !== undefined) throw refusal;
        return params;
      });
      const answer = options.plans === false ? undefined : await planned.answer(request, read);
      if (answer !== undefined) return answer;
      // What yoga would read of the request, `read` has read; it is told only which forms of answer are accepted.
      const outline = new yoga.fetchAPI.Request(`http://gateway${ENDPOINT}`, {
        method: 'POST',
        headers: { accept: servedForms(request.accept) },
      });
      return yoga.fetch(outline, { ...request, read });
    },
    run: async ({ params, ...request }) => {
      const checked = checkOperation(documents, params, request);
      if (!checked.ok) return { errors: checked.errors };
      const { document, operation } = checked;
      const refusal = tooCostly(checked, params);
      if (refusal !== undefined)
        return { errors: [requestError(refusal, request.requestId, request.onFault)] };
      const args = executionArgs(
        {
          schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
          contextValue: request,
        },
        options,
      );
      return operation.operation === OperationTypeNode.SUBSCRIPTION ? subscribe(args) : execute(args);
    },
    check: (text) => documents.check(text),
    find,
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

/** Nothing is delivered in parts, so the form made for parts is not served. */
function servedForms(accept: string): string {
  const forms = accept.split(',').filter((form) => !/^\s*multipart\//i.test(form));
  return forms.join(',') || '*/*';
}

function createPlugin(documents: Documents, options: EngineOptions): Plugin<ServerContext, ServerContext> {
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
      setExecuteFn(() => execute(executionArgs(args as ExecutionArgs, options)));
    },
    onResultProcess: ({ result, setResult, serverContext: { requestId, onFault } }) => {
      if (Symbol.asyncIterator in result || Array.isArray(result)) return;
      setResult(writeResult(result as ExecutedResult, requestId, onFault) as typeof result);
    },
  };
}

/** Wrong variables that are told of in one answer: to word each, graphql-js writes out all of the object around it. */
const MAX_VARIABLE_ERRORS = 5;

function executionArgs(args: ExecutionArgs, { suggestions }: EngineOptions): ExecutionArgs {
  const { signal } = args.contextValue as GraphqlRequest;
  return {
    ...args,
    abortSignal: signal,
    hideSuggestions: suggestions !== true,
    options: { maxCoercionErrors: MAX_VARIABLE_ERRORS },
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
