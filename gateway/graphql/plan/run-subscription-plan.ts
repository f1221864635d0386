// Runs the plan of a subscription: opens the stream of its one field, and writes each message as the result it is.
import { locatedError } from 'graphql';
import { GatewayError } from '../../../core/error.ts';
import type { Arguments } from '../../../translators/graphql/read.ts';
import { rootFailure } from '../root-field.ts';
import { type StreamEvent, streamEvents } from '../subscription.ts';
import type { Executed } from '../written-result.ts';
import type { OperationPlan } from './operation-plan.ts';
import type { RootCall, RootPlan } from './root-plan.ts';
import { type Fetched, type OperationRun, readReply, writeEvent } from './run-operation.ts';

/** What fails before the stream begins is one result without data, as it is by graphql-js. */
export async function runSubscriptionPlan(
  { roots: [plan] }: OperationPlan,
  run: OperationRun,
): Promise<Executed | AsyncIterable<Executed>> {
  if (plan?.call === undefined) throw new Error('the plan of a subscription calls one operation');
  const { call } = plan;
  try {
    const given = call.readArguments(run.variables);
    return eventsOf(plan, { call, given, run, messages: await open(call, given, run) });
  } catch (thrown) {
    return { data: undefined, errors: [locatedError(thrown, plan.nodes, [plan.name])] };
  }
}

async function open(
  { root, readRequest }: RootCall,
  given: Arguments,
  { graph, scope }: OperationRun,
): Promise<AsyncIterable<StreamEvent>> {
  const controller = new AbortController();
  try {
    const reply = await scope.stream(root, readRequest(given), controller.signal);
    return streamEvents(reply, {
      cancel: () => controller.abort(new GatewayError('cancelled', 'the subscription ended')),
      // A client that has left is not waited for, whatever the upstream makes of it.
      ending: AbortSignal.any([scope.ending, scope.signal]),
    });
  } catch (thrown) {
    throw rootFailure(thrown, { graph, root, given, requestId: scope.requestId });
  }
}

interface OpenStream {
  readonly call: RootCall;
  readonly given: Arguments;
  readonly run: OperationRun;
  readonly messages: AsyncIterable<StreamEvent>;
}

async function* eventsOf(
  plan: RootPlan,
  { call, given, run, messages }: OpenStream,
): AsyncGenerator<Executed, void, undefined> {
  for await (const event of messages) {
    // What an earlier event has read is old by now.
    run.scope.renew();
    yield await writeEvent(plan, call, () => readEvent(event, call, given, run), run);
  }
}

/** @throws GraphQLError in the form of our errors */
function readEvent(
  event: StreamEvent,
  call: RootCall,
  given: Arguments,
  { graph, scope }: OperationRun,
): Fetched {
  try {
    if (event.kind === 'failure') throw event.error;
    return readReply(call, event.payload);
  } catch (thrown) {
    throw rootFailure(thrown, { graph, root: call.root, given, requestId: scope.requestId });
  }
}
