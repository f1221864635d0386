// The admin API as a snapshot of its own: one service, described by its proto, answered in process.
// It never changes while the program runs, and nothing registered can reach or shadow it.
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { EMPTY_GRAPH } from '../../core/graph.ts';
import { compose, type Invoker } from '../../core/invoker.ts';
import { DEFAULT_LIMITS } from '../../core/operation.ts';
import { hasErrors } from '../../core/problem.ts';
import { type ChainParts, policyChain } from '../../policies/chain.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import { readOperations } from '../../schema/proto/read-operations.ts';
import { buildRouteTable } from '../../schema/routes/route-table.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { ADMIN_DESCRIPTOR_SET_BASE64 } from './admin-descriptor.gen.ts';

/** Sources of 20 MiB as JSON text or base64, with room for the escapes. */
const MAX_ADMIN_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Compiling the largest allowed source may take its ten seconds, and others may be before it in the queue. */
const ADMIN_DEADLINE_MS = 60_000;

/** For the admin door's `pin`. */
export function createAdminSnapshot(backend: Invoker, parts: ChainParts): () => PinnedSnapshot {
  const { operations, problems } = readOperations({
    service: 'admin',
    files: createFileRegistry(
      fromBinary(FileDescriptorSetSchema, Buffer.from(ADMIN_DESCRIPTOR_SET_BASE64, 'base64')),
    ),
    entry: ['dragoman/admin/v1/admin.proto'],
    upstream: { targets: [] },
    limits: {
      ...DEFAULT_LIMITS,
      defaultDeadlineMs: ADMIN_DEADLINE_MS,
      maxRequestBytes: MAX_ADMIN_MESSAGE_BYTES,
      maxReplyBytes: MAX_ADMIN_MESSAGE_BYTES,
    },
    forwardHeaders: [],
    codecs: createCodec,
  });
  const claims = operations.flatMap((operation) =>
    operation.bindings.map((binding) => ({ operation, binding })),
  );
  const { table, problems: routeProblems } = buildRouteTable(claims);
  if (hasErrors([...problems, ...routeProblems])) throw new Error('the admin API is described wrongly');
  const snapshot = Object.freeze({
    revision: 'admin',
    services: new Map(),
    routes: table,
    graph: EMPTY_GRAPH,
    invoke: compose(policyChain(parts), backend),
  });
  return () => ({ snapshot, release: () => {} });
}
