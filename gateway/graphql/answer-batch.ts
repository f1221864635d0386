// Several operations in one request, each as if it had come alone. Off unless it is switched on.
import { OperationTypeNode } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import type { GraphqlEngine, GraphqlRequest, TextAnswer } from './engine.ts';
import type { GraphqlParams, ParamsReader } from './read-params.ts';
import { refusedResult, resultText, type WrittenResult, writtenResult } from './written-result.ts';

/**
 * The results in order. They run beside each other, and every limit holds for each; what they cost is one sum.
 * @throws GatewayError `quota-exceeded` before any of them has run.
 */
export async function answerBatch(
  list: readonly JsonValue[],
  request: Omit<GraphqlRequest, 'read' | 'accept'>,
  engine: GraphqlEngine,
  paramsOf: ParamsReader,
): Promise<TextAnswer> {
  const asked = list.map((given) => readOne(given, engine, paramsOf));
  const costs = asked.map((one) => ('params' in one ? engine.costOf(one.params, request.method) : 0));
  // Charged as one, before any of them runs: what is refused has not run in part.
  await request.charge?.(costs.reduce((sum, cost) => sum + cost, 0));
  const paid = { ...request, charge: undefined };
  const results = await Promise.all(asked.map((one) => answerOne(one, paid, engine)));
  return { kind: 'text', type: 'application/json', text: `[${results.map(resultText).join(',')}]` };
}

type Asked = { readonly params: GraphqlParams } | { readonly refusal: unknown };

function readOne(given: JsonValue, engine: GraphqlEngine, paramsOf: ParamsReader): Asked {
  try {
    const params = paramsOf(given);
    if (engine.find(params)?.operation.operation === OperationTypeNode.SUBSCRIPTION)
      throw new GatewayError('invalid_argument', 'a subscription cannot be part of a batch');
    return { params };
  } catch (refusal) {
    return { refusal };
  }
}

async function answerOne(
  asked: Asked,
  request: Omit<GraphqlRequest, 'read' | 'accept'>,
  engine: GraphqlEngine,
): Promise<WrittenResult> {
  const { requestId, onFault } = request;
  if ('refusal' in asked) return refusedResult(asked.refusal, requestId, onFault);
  try {
    const outcome = await engine.run({ ...request, params: asked.params });
    if (Symbol.asyncIterator in outcome) throw new Error('a query or a mutation has one result');
    return writtenResult(outcome, requestId, onFault);
  } catch (thrown) {
    return refusedResult(thrown, requestId, onFault);
  }
}
