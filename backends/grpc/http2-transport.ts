// The transport that the gateway uses: gRPC on HTTP/2 of our own, which does for a call what a gateway needs and no
// more (docs/decisions/0014-own-grpc-transport.md). grpc-js stands beside it as the reference.
import { isIPv6 } from 'node:net';
import type { Target, UpstreamTls } from '../../core/upstream.ts';
import { Channel } from './channel.ts';
import { createDial } from './dial.ts';
import type { Field } from './http2/static-table.ts';
import { StreamCall } from './stream-call.ts';
import type { GrpcTransport } from './transport.ts';
import { UnaryCall } from './unary-call.ts';

/** @throws Error for certificates or keys that cannot be read. */
export function createHttp2Transport(target: Target, tls: UpstreamTls | undefined): GrpcTransport {
  const channel = new Channel({
    dial: createDial(target, tls),
    fields: requestFields(target, tls),
    now: () => performance.now(),
    random: Math.random,
  });
  return {
    unary: (path, message, options) => {
      const call = new UnaryCall(channel, path, message, options);
      call.start();
      return call.result;
    },
    stream: (path, messages, options) => {
      const call = new StreamCall(channel, path, messages, options);
      call.start();
      return call.result;
    },
    close: () => channel.close(),
  };
}

/** What all requests to a target have in common, in the order that gRPC over HTTP/2 gives. */
function requestFields({ scheme, host, port }: Target, tls: UpstreamTls | undefined): Field[] {
  return [
    [':method', 'POST'],
    [':scheme', scheme === 'grpcs' ? 'https' : 'http'],
    [':authority', tls?.serverName ?? `${isIPv6(host) ? `[${host}]` : host}:${port}`],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
    ['user-agent', 'grpc-node-dragoman/1'],
    ['grpc-accept-encoding', 'identity,gzip'],
  ];
}
