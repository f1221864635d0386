// Streams from the client: a JSON array or NDJSON, sent on message by message (transcoding reference, section 8).

import { once } from 'node:events';
import { request as openRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

const RECORD = '/inventory.v1.InventoryService/RecordMovements';
const TRACK = '/inventory.v1.InventoryService/TrackStock';

let inventory: GrpcMockServer;
let gateway: TestGateway;

beforeAll(async () => {
  inventory = await startInventory({ port: 0 });
  gateway = await startTestGateway([demoService('inventory', inventory.url)]);
});

afterAll(async () => {
  await gateway.close();
  await inventory.close();
});

async function post(path: string, type: string, body: string, headers: Record<string, string> = {}) {
  const answer = await fetch(gateway.publicUrl + path, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

function messagesReceived(method: string): number {
  return inventory.counts()[`inventory.v1.InventoryService/${method}`]?.messagesReceived ?? 0;
}

const ONE = '{"bookId":"books/b1","change":1}';
const TWO = '{"bookId":"books/b2","change":-1,"reason":"DELIVERED"}';

describe('a client stream', () => {
  test.each([
    'application/x-ndjson; charset=latin1',
    'application/jsonl; charset=utf-16',
    'application/x-ndjson; a=b',
  ])('is refused as %s: lines are UTF-8', async (type) => {
    const { status, text } = await post(RECORD, type, `${ONE}\n`);
    expect([status, JSON.parse(text).type]).toEqual([415, 'urn:dragoman:problem:unsupported-media-type']);
  });

  test.each([
    ['a JSON array', 'application/json', `[${ONE},${TWO}]`, 2],
    ['a JSON array with space everywhere', 'application/json', ` [ \n${ONE} ,\n ${TWO}\t]\n`, 2],
    ['NDJSON', 'application/x-ndjson', `${ONE}\n${TWO}\n`, 2],
    ['NDJSON without a last newline, with empty lines', 'application/jsonl', `\n${ONE}\r\n\n${TWO}`, 2],
    ['NDJSON that names its charset', 'Application/X-NDJSON; charset="UTF-8"', `${ONE}\n`, 1],
    ['an empty array', 'application/json', '[]', 0],
    ['brackets and commas inside texts', 'application/json', '[{"bookId":"books/b1","change":"1"}]', 1],
  ])('is read from %s', async (_name, type, body, count) => {
    inventory.resetCounts();
    const { status, text } = await post(RECORD, type, body);
    expect([status, JSON.parse(text).recorded ?? 0]).toEqual([200, count]);
    expect(messagesReceived('RecordMovements')).toBe(count);
  });

  test.each([
    ['an object instead of an array', 'application/json', ONE, 400, 'INVALID_ARGUMENT'],
    ['an array that is not closed', 'application/json', `[${ONE}`, 400, 'INVALID_ARGUMENT'],
    ['two commas', 'application/json', `[${ONE},,${TWO}]`, 400, 'INVALID_ARGUMENT'],
    ['a comma at the end', 'application/json', `[${ONE},]`, 400, 'INVALID_ARGUMENT'],
    ['something after the array', 'application/json', `[${ONE}]x`, 400, 'INVALID_ARGUMENT'],
    ['a bracket too many', 'application/json', `[${ONE}}]`, 400, 'INVALID_ARGUMENT'],
    ['a message that is no JSON', 'application/x-ndjson', `${ONE}\n{"bookId":\n`, 400, 'INVALID_ARGUMENT'],
    [
      'an unknown field in the second message',
      'application/json',
      `[${ONE},{"zzz":1}]`,
      400,
      'INVALID_ARGUMENT',
    ],
    ['another media type', 'text/plain', `[${ONE}]`, 415, 'INVALID_ARGUMENT'],
    [
      'a message over the limit',
      'application/x-ndjson',
      `{"bookId":"${'x'.repeat(4_300_000)}"}\n`,
      413,
      'RESOURCE_EXHAUSTED',
    ],
  ])('is refused for %s', async (_name, type, body, status, code) => {
    const answer = await post(RECORD, type, body);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  });

  test.each([
    ['application/json', `[${ONE},{"change":"many"}]`, '[1].change'],
    ['application/x-ndjson', `${ONE}\n\n{"change":"many"}\n`, '[1].change'],
    ['application/json', `[{"change":"many"}]`, '[0].change'],
    ['application/json', `[${ONE},${ONE},[]]`, '[2]'],
    ['application/json', `[{"":1}]`, '[0][""]'],
  ])('names the wrong field from the root of the stream: %s %s', async (type, body, field) => {
    const { text } = await post(RECORD, type, body);
    expect(JSON.parse(text).violations.map((one: { field: string }) => one.field)).toEqual([field]);
  });

  test('tells which message is no JSON', async () => {
    const { text } = await post(RECORD, 'application/x-ndjson', `${ONE}\n{"bookId":\n`);
    expect(JSON.parse(text).detail).toMatch(/^message 2: the JSON is malformed at line 1, column 11/);
  });

  test('reaches the upstream message by message, before the body is whole', async () => {
    inventory.resetCounts();
    const { port } = new URL(gateway.publicUrl);
    const request = openRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: RECORD,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const arrived = inventory.waitForCall('inventory.v1.InventoryService/RecordMovements');
    request.write(`${ONE}\n`);
    // The call is there while the client has said only this much.
    await arrived;
    request.end(`${TWO}\n`);
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(JSON.parse(text)).toEqual({ recorded: 2 });
  });

  test('ends upstream when the client leaves', async () => {
    inventory.resetCounts();
    const { port } = new URL(gateway.publicUrl);
    const request = openRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: RECORD,
      // A service that is told to hang does not take the end of its input for the end of the call.
      headers: { 'content-type': 'application/x-ndjson', 'x-mock-hang': 'true' },
    });
    request.on('error', () => {});
    const arrived = inventory.waitForCall('inventory.v1.InventoryService/RecordMovements');
    request.write(`${ONE}\n`);
    await arrived;
    const cancelled = inventory.waitForCancel('inventory.v1.InventoryService/RecordMovements');
    request.destroy();
    await cancelled;
  });

  test('of a client that falls silent is given up', async () => {
    const impatient = await startTestGateway([
      demoService('inventory', inventory.url, { streamIdleMs: 100 }),
    ]);
    try {
      inventory.resetCounts();
      const { port } = new URL(impatient.publicUrl);
      const cancelled = inventory.waitForCancel('inventory.v1.InventoryService/RecordMovements');
      const request = openRequest({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: RECORD,
        headers: { 'content-type': 'application/x-ndjson' },
      });
      request.on('error', () => {});
      request.write(`${ONE}\n`);
      const [response] = await once(request, 'response');
      let text = '';
      for await (const chunk of response) text += chunk;
      request.destroy();
      expect([response.statusCode, JSON.parse(text).code]).toEqual([408, 'DEADLINE_EXCEEDED']);
      await cancelled;
    } finally {
      await impatient.close();
    }
  });

  test('passes on the status of the upstream', async () => {
    const { status, text } = await post(RECORD, 'application/json', `[${ONE}]`, {
      'x-mock-status': 'FAILED_PRECONDITION',
    });
    expect([status, JSON.parse(text).code]).toEqual([400, 'FAILED_PRECONDITION']);
  });
});

describe('a bidirectional stream', () => {
  test('answers one message for each, as NDJSON if asked for', async () => {
    const { status, text } = await post(
      TRACK,
      'application/x-ndjson',
      '{"bookId":"books/b1"}\n{"bookId":"books/b2"}\n',
      {
        accept: 'application/x-ndjson',
      },
    );
    expect(status).toBe(200);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).bookId);
    expect(lines).toEqual(['books/b1', 'books/b2']);
  });

  test('answers as a JSON array without being asked', async () => {
    const { text } = await post(TRACK, 'application/json', '[{"bookId":"books/b1"}]');
    expect(JSON.parse(text)).toEqual([expect.objectContaining({ bookId: 'books/b1' })]);
  });
});
