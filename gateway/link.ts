// Puts behind the operations of a snapshot what answers them: the policy chain, and a backend per upstream.

import { balance } from '../backends/balance.ts';
import { createGrpcBackend } from '../backends/grpc/grpc-backend.ts';
import type { GrpcTransport, GrpcTransportFactory } from '../backends/grpc/transport.ts';
import { createSharedPool, type SharedPool } from '../backends/shared-pool.ts';
import { GatewayError } from '../core/error.ts';
import { compose, type Invoker } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import type { Target, Upstream } from '../core/upstream.ts';
import { type ChainParts, policyChain } from '../policies/chain.ts';
import type { Linked } from '../registry/registry.ts';

export type Link = (operations: readonly Operation[]) => Linked;

/** Channels are shared by snapshots: a publish that leaves a target alone leaves its connection alone. */
export function createLink(transports: GrpcTransportFactory, parts: ChainParts): Link {
  const channels = createSharedPool<GrpcTransport>();
  return (operations) => {
    const backends = new Map<Upstream, Invoker>();
    const releases: (() => void)[] = [];
    for (const { upstream } of operations) {
      if (!backends.has(upstream))
        backends.set(upstream, linkUpstream(upstream, channels, transports, releases));
    }
    const dispatch: Invoker = (call) => {
      const backend = backends.get(call.operation.upstream);
      if (backend === undefined) throw new GatewayError('unavailable', 'the service has no upstream');
      return backend(call);
    };
    return {
      invoke: compose(policyChain(parts), dispatch),
      close: () => {
        for (const release of releases.splice(0)) release();
      },
    };
  };
}

function linkUpstream(
  upstream: Upstream,
  channels: SharedPool<GrpcTransport>,
  transports: GrpcTransportFactory,
  releases: (() => void)[],
): Invoker {
  const targets = upstream.targets.map((target) => {
    const { item, release } = channels.take(channelKey(target, upstream), () =>
      transports(target, upstream.tls),
    );
    releases.push(release);
    return { item, weight: target.weight };
  });
  return createGrpcBackend(balance(targets));
}

/** Everything that makes one channel another one. */
function channelKey({ scheme, host, port }: Target, { tls }: Upstream): string {
  return JSON.stringify([scheme, host, port, tls?.ca, tls?.cert, tls?.key, tls?.serverName]);
}
