// Long-running operations as subscriptions (option `awaitOperations`). Source: graphql reference, section 3.5; AIP-151.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { CallSignal } from '../../core/call-signal.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { requestOf, type Served, serve, unary } from './door.ts';
import { openSse } from './live-stream.ts';
import { compile, operationsOf } from './sources.ts';

const ENTRY = 'google/longrunning/operations.proto';
const operations = operationsOf('shop', compile({}), [ENTRY]);

function sourceOf(names: readonly string[]) {
  return {
    name: 'shop',
    operations: operations.filter(({ name }) => names.includes(name)),
    settings: { awaitOperations: true },
  };
}

const polled = sourceOf(['GetOperation']);
const waiting = sourceOf(['GetOperation', 'WaitOperation']);

describe('in the schema', () => {
  test.each([
    ['asked for again and again', polled],
    ['waited for, where the service can', waiting],
  ])('there is one subscription, by the name of the operation: %s', (_how, source) => {
    const { graph } = buildGraph([source]);
    expect(
      graph.subscriptions.map(({ name, arguments: given }) => [name, given.map((one) => one.name)]),
    ).toEqual([['awaitOperation', ['name']]]);
    expect(printSdl(graph)).toContain('awaitOperation(name: ');
  });

  test('there is none without the option', () => {
    expect(buildGraph([{ name: 'shop', operations: polled.operations }]).graph.subscriptions).toEqual([]);
  });
});

describe('subscribed to', () => {
  let served: Served | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  const SUBSCRIPTION =
    'subscription { awaitOperation(name: "operations/1") { name done result { ... on OperationResponse { value } } } }';
  const running = { name: 'operations/1', done: false };
  const done = { name: 'operations/1', done: true };

  async function events(source: typeof polled, answers: readonly JsonValue[]): Promise<JsonValue[]> {
    const left = [...answers];
    served = await serve([source], (call) => unary(call, left.shift() ?? done));
    const subscriber = await openSse(served.url, SUBSCRIPTION);
    const text = await subscriber.rest();
    return [...text.matchAll(/^data: ?(\{.*\})$/gm)].map(([, data = '']) => {
      const { data: found, errors } = JSON.parse(data) as JsonObject;
      return errors ?? (found as { awaitOperation: JsonValue }).awaitOperation;
    });
  }

  test('each change is an event, sameness is none, and the end is the last', async () => {
    expect(await events(polled, [running, running, done])).toEqual([
      { name: 'operations/1', done: false, result: null },
      { name: 'operations/1', done: true, result: null },
    ]);
    expect(served?.calls.map((call) => [call.operation.name, requestOf(call)])).toEqual(
      Array.from({ length: 3 }, () => ['GetOperation', { name: 'operations/1' }]),
    );
  });

  test('what is done already is one event', async () => {
    expect(await events(polled, [done])).toEqual([{ name: 'operations/1', done: true, result: null }]);
  });

  test('a service that can wait is told how long', async () => {
    expect(await events(waiting, [running, done])).toHaveLength(2);
    expect(served?.calls.map((call) => [call.operation.name, requestOf(call)])).toEqual(
      Array.from({ length: 2 }, () => ['WaitOperation', { name: 'operations/1', timeout: '10s' }]),
    );
  });

  test('a subscriber who leaves is the end of the asking', async () => {
    const asked = Promise.withResolvers<CallSignal>();
    served = await serve([polled], (call) => {
      asked.resolve(call.signal);
      return unary(call, running);
    });
    const subscriber = await openSse(served.url, SUBSCRIPTION);
    const signal = await asked.promise;
    subscriber.leave();
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve());
    });
    expect(signal.aborted).toBe(true);
  });
});
