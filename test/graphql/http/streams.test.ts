// Answers of HTTP services that are sequences, as subscriptions, from a real server.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonValue } from '../../../core/json.ts';
import { readEvents } from '../../../translators/http/read-events.ts';
import { startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import { documentOf } from './document.ts';

async function itemsOf(type: string, chunks: readonly string[], limit = 1000): Promise<JsonValue[]> {
  const bytes = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const items: JsonValue[] = [];
  for await (const item of readEvents(type, bytes, limit)) items.push(item);
  return items;
}

describe('sequences', () => {
  test.each<[string, string, readonly string[], JsonValue[]]>([
    ['events', 'text/event-stream', ['data: {"a":1}\n\ndata: {"a":2}\n\n'], [{ a: 1 }, { a: 2 }]],
    [
      'events in pieces, with every end of a line',
      'text/event-stream',
      ['da', 'ta: 1\r', '\n\r\ndata: 2\r\rdata:3\n', '\n'],
      [1, 2, 3],
    ],
    [
      'events in single bytes, with every end of a line',
      'text/event-stream',
      [...'data: 1\r\n\r\ndata: [2,\rdata: 3]\r\rdata:"é"\n\n'].flatMap((sign) => [sign, '']),
      [1, [2, 3], 'é'],
    ],
    ['an event that ends with the body', 'text/event-stream', ['data: 1\n', '\r'], [1]],
    ['an event of several lines', 'text/event-stream; charset=utf-8', ['data: [1,\ndata: 2]\n\n'], [[1, 2]]],
    ['text that is no JSON', 'text/event-stream', ['data: hello\n\n'], ['hello']],
    [
      'what is beside the data',
      'text/event-stream',
      [': ping\n\nevent: x\nid: 7\nretry: 1\ndata: 1\n\n'],
      [1],
    ],
    ['an event that is not whole', 'text/event-stream', ['data: 1\n\ndata: 2\n'], [1]],
    ['lines', 'application/x-ndjson', ['{"a":1}\n\n{"a', '":2}\n3'], [{ a: 1 }, { a: 2 }, 3]],
    ['a JSON sequence', 'application/json-seq', ['\u001e1\n\u001e2\n'], [1, 2]],
  ])('%s', async (_name, type, chunks, expected) => {
    expect(await itemsOf(type, chunks)).toEqual(expected);
  });

  test('a line that is no JSON, and one without end, are faults of the service', async () => {
    await expect(itemsOf('application/x-ndjson', ['{"a":\n'])).rejects.toMatchObject({
      type: 'upstream-protocol',
    });
    await expect(itemsOf('application/x-ndjson', ['"aaaaaaaaaaaa'], 10)).rejects.toMatchObject({
      type: 'upstream-reply-too-large',
    });
    await expect(itemsOf('application/x-ndjson', [...'"aaaaaaaaaaaa'], 10)).rejects.toMatchObject({
      type: 'upstream-reply-too-large',
    });
    await expect(itemsOf('text/event-stream', ['data\n'.repeat(20)], 10)).rejects.toMatchObject({
      type: 'upstream-reply-too-large',
    });
    await expect(itemsOf('text/event-stream', ['data: aaaaaa\ndata: aaaaaa\n\n'], 10)).rejects.toMatchObject({
      type: 'upstream-reply-too-large',
    });
  });
});

let upstream: Server;
let gateway: TestGateway;
let answer: (response: ServerResponse) => void = (response) => response.end();

beforeAll(async () => {
  upstream = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const content = documentOf({
    paths: `/ticks: { get: { operationId: ticks, responses: { "200": { description: t, content: { text/event-stream: { schema: { $ref: "#/components/schemas/Tick" } } } } } } }`,
    schemas: 'Tick: { type: object, required: [n], properties: { n: { type: integer, format: int32 } } }',
  });
  gateway = await startTestGateway([
    {
      name: 'api',
      source: { kind: 'openapi', files: [{ path: 'api.yaml', content }], entry: 'api.yaml' },
      upstream: { targets: [{ url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` }] },
    },
  ]);
});
afterAll(async () => {
  await gateway?.close();
  upstream?.closeAllConnections();
  upstream?.close();
});

function subscribe(): Promise<Response> {
  return fetch(`${gateway.publicUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { ticks { n } }' }),
  });
}

describe('subscriptions', () => {
  test('every event is one', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"n":1}\n\ndata: {"n":2}\n\n');
    };
    const text = await (await subscribe()).text();
    const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    expect(events).toEqual([{ data: { ticks: { n: 1 } } }, { data: { ticks: { n: 2 } } }]);
  });

  test('a client that leaves ends the call', async () => {
    const left = new Promise<void>((resolve) => {
      answer = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"n":1}\n\n');
        response.once('close', () => resolve());
      };
    });
    const response = await subscribe();
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await left;
  });

  test('a failure before the first event is an error', async () => {
    answer = (response) => response.writeHead(503).end();
    const text = await (await subscribe()).text();
    expect(text).toContain('"code":"UNAVAILABLE"');
    expect(text).toContain('"upstream":{"status":503}');
  });
});
