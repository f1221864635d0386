// Several operations in one request, each as if it had come alone. Off unless it is switched on.
import type { FormattedExecutionResult } from 'graphql';
import { OperationTypeNode } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import type { GraphqlEngine, GraphqlRequest } from './engine.ts';
import type { ParamsReader } from './read-params.ts';
import { plainResult, requestError } from './write-errors.ts';

/** The results in order. They run beside each other, and every limit holds for each. */
export async function answerBatch(
  list: readonly JsonValue[],
  request: Omit<GraphqlRequest, 'read' | 'accept'>,
  engine: GraphqlEngine,
  paramsOf: ParamsReader,
): Promise<Response> {
  const results = await Promise.all(list.map((given) => answerOne(given, request, engine, paramsOf)));
  return Response.json(results, { headers: { 'content-type': 'application/json; charset=utf-8' } });
}

async function answerOne(
  given: JsonValue,
  request: Omit<GraphqlRequest, 'read' | 'accept'>,
  engine: GraphqlEngine,
  paramsOf: ParamsReader,
): Promise<FormattedExecutionResult> {
  const { requestId, onFault } = request;
  try {
    const params = paramsOf(given);
    if (engine.find(params)?.operation.operation === OperationTypeNode.SUBSCRIPTION)
      throw new GatewayError('invalid_argument', 'a subscription cannot be part of a batch');
    const result = await engine.run({ ...request, params });
    return plainResult(Symbol.asyncIterator in result ? {} : result, requestId, onFault);
  } catch (thrown) {
    return plainResult({ errors: [requestError(thrown, requestId, onFault)] }, requestId, onFault);
  }
}
