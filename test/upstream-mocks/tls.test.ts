// The mocks over TLS, for gateways that must reach upstreams that way.
import { once } from 'node:events';
import { get } from 'node:https';
import { Client, credentials } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { startReviews } from '../../upstream-mocks/reviews/reviews.ts';

// Made for this test: names localhost and 127.0.0.1, signed by itself.
const cert = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUDZ+xLOjHXfYXNM6wSb/m1NEoLt4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAwMDk0M1oYDzIxMjYxMDI4
MDAwOTQzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARBrzdcdgLM4HYovH9EwH/UreFUTLZLnZRFawlyGXy/Kux/q9jzdHyD
+vU7sSL93Xn6JIJaf1EK6MuBb+798oJDo28wbTAdBgNVHQ4EFgQUVuc0thEnMV8n
+2ONO5J7iaz7SicwHwYDVR0jBBgwFoAUVuc0thEnMV8n+2ONO5J7iaz7SicwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgbPAt1t/D7sATs+i6iXZ/pE2NupE3u7w8LYySWwtAVKgCIHYL
5CBhTZ2B5fRaWGgikMy8NZFp3ai6T7aKyG6mIdF3
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsrbmjB10m5307Gmt
ufEjOGMBLTKDt/ljMgHzs2mLDiKhRANCAARBrzdcdgLM4HYovH9EwH/UreFUTLZL
nZRFawlyGXy/Kux/q9jzdHyD+vU7sSL93Xn6JIJaf1EK6MuBb+798oJD
-----END PRIVATE KEY-----
`;

test('gRPC is served with the certificate it is given', async () => {
  const server = await startLibrary({ tls: { cert, key } });
  expect(server.url).toBe(`grpcs://localhost:${server.port}`);
  const client = new Client(new URL(server.url).host, credentials.createSsl(Buffer.from(cert)));
  const same = (bytes: Buffer) => bytes;
  const path = '/library.v1.LibraryService/GetBook';
  // GetBookRequest.name = "books/b2"
  const request = Buffer.from('\x0a\x08books/b2');
  const reply = await new Promise<Buffer | undefined>((resolve) => {
    client.makeUnaryRequest<Buffer, Buffer>(path, same, same, request, (_error, bytes) => resolve(bytes));
  });
  client.close();
  await server.close();
  expect(reply?.includes('Untold')).toBe(true);
});

test('HTTP is served with the certificate it is given', async () => {
  const server = await startReviews({ tls: { cert, key } });
  expect(server.url).toBe(`https://localhost:${server.port}`);
  const request = get(`${server.url}/reviews/r1`, { ca: cert, agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
  await server.close();
  expect(response.statusCode).toBe(200);
});
