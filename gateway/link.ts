// Puts behind the operations of a snapshot what answers them: the policy chain, and a backend per upstream.

import { balance, type Weighted } from '../backends/balance.ts';
import { createGrpcBackend } from '../backends/grpc/grpc-backend.ts';
import type { GrpcTransport, GrpcTransportFactory } from '../backends/grpc/transport.ts';
import { createHttpBackend } from '../backends/http/http-backend.ts';
import type { HttpTransport, HttpTransportFactory } from '../backends/http/http-transport.ts';
import { sendToOneOf } from '../backends/http/several-targets.ts';
import { createSharedPool, type SharedPool } from '../backends/shared-pool.ts';
import { GatewayError } from '../core/error.ts';
import { compose, type Invoker } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import type { Target, Upstream } from '../core/upstream.ts';
import { type ChainParts, policyChain } from '../policies/chain.ts';
import type { Linked } from '../registry/registry-options.ts';

export type Link = (operations: readonly Operation[]) => Linked;

export interface Transports {
  readonly grpc: GrpcTransportFactory;
  readonly http: HttpTransportFactory;
}

/** Channels are shared by snapshots: a publish that leaves a target alone leaves its connection alone. */
export function createLink(transports: Transports, parts: ChainParts): Link {
  const grpc = createSharedPool<GrpcTransport>();
  const http = createSharedPool<HttpTransport>();
  return (operations) => {
    const { record, limiter } = parts;
    const isLimited = limiter?.chargesRequests === true || operations.some(({ rateLimits }) => rateLimits);
    const backends = new Map<Upstream, Invoker>();
    const releases: (() => void)[] = [];
    for (const { upstream, http: description } of operations) {
      if (backends.has(upstream)) continue;
      const backend =
        description === undefined
          ? createGrpcBackend(balance(takeTargets(upstream, grpc, transports.grpc, releases)))
          : createHttpBackend(
              sendToOneOf(
                takeTargets(
                  upstream,
                  http,
                  (target, tls) => transports.http(target, tls, upstream.http),
                  releases,
                ),
              ),
            );
      backends.set(upstream, backend);
    }
    const dispatch: Invoker = (call) => {
      const backend = backends.get(call.operation.upstream);
      if (backend === undefined) throw new GatewayError('unavailable', 'the service has no upstream');
      return backend(call);
    };
    return {
      invoke: compose(policyChain(isLimited ? parts : { record }), dispatch),
      close: () => {
        for (const release of releases.splice(0)) release();
      },
    };
  };
}

function takeTargets<T extends { close(): void }>(
  upstream: Upstream,
  channels: SharedPool<T>,
  create: (target: Target, tls: Upstream['tls']) => T,
  releases: (() => void)[],
): readonly Weighted<T>[] {
  return upstream.targets.map((target) => {
    const { item, release } = channels.take(channelKey(target, upstream), () => create(target, upstream.tls));
    releases.push(release);
    return { item, weight: target.weight };
  });
}

/** Everything that makes one channel another one. */
function channelKey({ scheme, host, port }: Target, { tls, http }: Upstream): string {
  const settings = [http?.http2, http?.connectMs, http?.concurrency];
  return JSON.stringify([scheme, host, port, tls?.ca, tls?.cert, tls?.key, tls?.serverName, ...settings]);
}
