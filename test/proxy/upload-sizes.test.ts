// How much a service takes of one request: what is passed on as it arrives, and what is held against a document.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { type Answer, send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from './upstream.ts';

const MIB = 1024 * 1024;

describe('the size of an upload', () => {
  let upstream: HttpUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    upstream = await startHttpUpstream();
    upstream.answer((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      request.once('end', () => response.end(JSON.stringify({ bytes })));
    });
    const paths = {
      '/held': {
        post: {
          requestBody: { content: { 'application/json': { schema: { type: 'string' } }, 'image/png': {} } },
          responses: { 200: { description: 'ok' } },
        },
      },
    };
    gateway = await startTestGateway([
      proxyService(upstream.url, { name: 'default', prefix: '/default' }),
      proxyService(upstream.url, { name: 'message', prefix: '/message', maxMessageBytes: 6 * MIB }),
      proxyService(upstream.url, { name: 'upload', prefix: '/upload', maxUploadBytes: 100 * MIB }),
      openapiService(upstream.url, paths, {
        name: 'checked',
        maxMessageBytes: MIB,
        maxUploadBytes: 8 * MIB,
        validate: { request: true },
      }),
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const upload = (
    path: string,
    bytes: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    send(gateway.publicUrl, {
      path,
      method: 'POST',
      body: Buffer.alloc(bytes, '"'),
      headers: { 'Content-Type': 'image/png', ...headers },
    });

  test.each([
    ['4 MiB where nothing is said', '/default/a', 4 * MIB],
    ['what messages may have where only that is said', '/message/a', 6 * MIB],
    ['what uploads may have, beyond any message', '/upload/a', 100 * MIB],
    ['what uploads may have, of content that is not held against the document', '/held', 8 * MIB],
  ])('%s: passes whole, one byte more is 413 and names the setting', async (_name, path, most) => {
    const whole = await upload(path, most);
    expect([whole.status, whole.json()]).toEqual([200, { bytes: most }]);
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const refused = await upload(path, most + 1, headers);
      expect([refused.status, refused.json()]).toEqual([
        413,
        expect.objectContaining({
          type: 'urn:dragoman:problem:body-too-large',
          detail: `the body is larger than ${most} bytes, the most that this service takes (limits.uploadBytes)`,
        }),
      ]);
    }
  });

  test('what is held against the document is in memory, and a message', async () => {
    const refused = await upload('/held', 2 * MIB, { 'Content-Type': 'application/json' });
    expect([refused.status, refused.json()]).toEqual([
      413,
      expect.objectContaining({
        detail: `the body is larger than ${MIB} bytes, the most that this service takes (limits.messageBytes)`,
      }),
    ]);
  });

  test('is no setting of services that speak gRPC', async () => {
    const definition: ServiceDefinition = {
      name: 'grpc',
      source: {
        kind: 'proto',
        files: [
          {
            path: 'a.proto',
            content: 'syntax = "proto3"; message M {} service S { rpc Get(M) returns (M); }',
          },
        ],
        entry: ['a.proto'],
      },
      upstream: { targets: [{ url: 'grpc://127.0.0.1:1' }] },
      maxUploadBytes: MIB,
    };
    const compiled = await gateway.registry.put(definition).catch((error: unknown) => error);
    expect(compiled).toMatchObject({
      problems: [
        expect.objectContaining({ rule: 'upstream', message: expect.stringContaining('limits.uploadBytes') }),
      ],
    });
  });
});
