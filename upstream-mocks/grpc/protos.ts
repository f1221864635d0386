// Where the demo services' .proto files are, and how the mocks read them.
import { join } from 'node:path';
import { load, type ServiceDefinition } from '@grpc/proto-loader';

export const PROTO_ROOT = join(import.meta.dirname, '../../protos');

/**
 * The definition of one service for grpc-js. Absent fields stay absent, so that a handler can tell
 * "not given" from zero.
 */
export async function loadService(protoFile: string, serviceName: string): Promise<ServiceDefinition> {
  const definition = await load(protoFile, {
    includeDirs: [PROTO_ROOT],
    keepCase: true,
    longs: String,
    enums: String,

    defaults: false,
  });
  const service = definition[serviceName];
  if (service === undefined || 'format' in service)
    throw new Error(`${protoFile} holds no service ${serviceName}`);
  return service as ServiceDefinition;
}
