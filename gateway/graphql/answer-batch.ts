// Several operations in one request, each as if it had come alone. Off unless it is switched on.
import { OperationTypeNode } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import type { GraphqlEngine, GraphqlRequest, TextAnswer } from './engine.ts';
import type { ParamsReader } from './read-params.ts';
import { refusedResult, resultText, type WrittenResult, writtenResult } from './written-result.ts';

/** The results in order. They run beside each other, and every limit holds for each. */
export async function answerBatch(
  list: readonly JsonValue[],
  request: Omit<GraphqlRequest, 'read' | 'accept'>,
  engine: GraphqlEngine,
  paramsOf: ParamsReader,
): Promise<TextAnswer> {
  const results = await Promise.all(list.map((given) => answerOne(given, request, engine, paramsOf)));
  return { kind: 'text', type: 'application/json', text: `[${results.map(resultText).join(',')}]` };
}

async function answerOne(
  given: JsonValue,
  request: Omit<GraphqlRequest, 'read' | 'accept'>,
  engine: GraphqlEngine,
  paramsOf: ParamsReader,
): Promise<WrittenResult> {
  const { requestId, onFault } = request;
  try {
    const params = paramsOf(given);
    if (engine.find(params)?.operation.operation === OperationTypeNode.SUBSCRIPTION)
      throw new GatewayError('invalid_argument', 'a subscription cannot be part of a batch');
    const outcome = await engine.run({ ...request, params });
    if (Symbol.asyncIterator in outcome) throw new Error('a query or a mutation has one result');
    return writtenResult(outcome, requestId, onFault);
  } catch (thrown) {
    return refusedResult(thrown, requestId, onFault);
  }
}
