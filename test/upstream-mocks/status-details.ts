// Reads grpc-status-details-bin with Google's own .proto files: an oracle for what the mocks write by hand.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Metadata } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

const root = dirname(createRequire(import.meta.url).resolve('google-proto-files/package.json'));
const definitions = loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto'], {
  includeDirs: [root, join(root, 'google')],
  longs: String,
  enums: String,
});

export interface DecodedStatus {
  readonly code: number;
  readonly message: string;
  /** Values of known types decoded; of others as base64. */
  readonly details: readonly { readonly type: string; readonly value: unknown }[];
}

export function statusDetails(trailers: Metadata | undefined): DecodedStatus | undefined {
  const [bytes] = trailers?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  const status = read('google.rpc.Status', bytes) as {
    code: number;
    message: string;
    // proto-loader brings Any itself, with names as in the .proto.
    details?: { type_url: string; value: Buffer }[];
  };
  return {
    code: status.code,
    message: status.message,
    details: (status.details ?? []).map(({ type_url: url, value }) => {
      const type = url.replace('type.googleapis.com/', '');
      return { type, value: type in definitions ? read(type, value) : value.toString('base64') };
    }),
  };
}

function read(type: string, bytes: Buffer): object {
  const definition = definitions[type] as unknown as MessageTypeDefinition<object, object>;
  return definition.deserialize(bytes);
}
