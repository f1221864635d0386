// Answers from plans, in front of graphql-yoga: a request whose document is planned goes from its parameters to the
// text of the answer, and every other goes on to yoga before anything of it has run.
import { getOperationAST, OperationTypeNode } from 'graphql';
import type { Graph } from '../../../core/graph.ts';
import type { Documents } from '../documents.ts';
import type { GraphqlParams } from '../read-params.ts';
import type { RequestScope } from '../request-scope.ts';
import { type OnFault, writeResult } from '../write-errors.ts';
import { type AnswerType, acceptedType } from './accepted-type.ts';
import type { Plans } from './plans.ts';
import { type OperationResult, runOperation } from './run-operation.ts';

/** A whole answer; its status is 200. */
export interface PlannedAnswer {
  readonly kind: 'planned';
  readonly type: AnswerType;
  readonly text: string;
}

export interface PlannedRequest {
  readonly scope: RequestScope;
  readonly requestId: string;
  readonly method: string;
  readonly accept: string;
  readonly onFault: OnFault;
}

export class PlannedAnswers {
  readonly #graph: Graph;
  readonly #documents: Documents;
  readonly #plans: Plans;

  constructor(graph: Graph, documents: Documents, plans: Plans) {
    this.#graph = graph;
    this.#documents = documents;
    this.#plans = plans;
  }

  /** Undefined, with nothing run, if it is not for a plan to answer. */
  async answer(
    request: PlannedRequest,
    read: () => Promise<GraphqlParams>,
  ): Promise<PlannedAnswer | undefined> {
    const type = acceptedType(request.accept);
    if (type === undefined) return undefined;
    let params: GraphqlParams;
    try {
      params = await read();
    } catch {
      // Refusals are worded where all of them are.
      return undefined;
    }
    const checked = this.#documents.check(params.query);
    if (!checked.ok) return undefined;
    const operation = getOperationAST(checked.document, params.operationName);
    if (!operation) return undefined;
    if (request.method !== 'POST' && operation.operation !== OperationTypeNode.QUERY) return undefined;
    const found = this.#plans.find(checked.document, operation, params.variables);
    if (found === undefined) return undefined;
    const { plan, variables } = found;
    const result = await runOperation(plan, { graph: this.#graph, variables, scope: request.scope });
    return { kind: 'planned', type, text: resultText(result, request) };
  }
}

function resultText({ data, errors }: OperationResult, { requestId, onFault }: PlannedRequest): string {
  if (errors.length === 0) return `{"data":${data}}`;
  const { errors: written } = writeResult({ data: null, errors }, requestId, onFault);
  return `{"errors":${JSON.stringify(written)},"data":${data}}`;
}
