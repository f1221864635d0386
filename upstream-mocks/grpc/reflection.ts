// Server reflection, v1 and v1alpha, with the descriptors as the compiler made them.
// @grpc/reflection brings the protocol's .proto files; its own answers are not used, because they pass through
// protobufjs, which drops every custom option (a client would never learn of google.api.http) and writes map
// fields that other compilers refuse.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type handleBidiStreamingCall, type Server, type ServiceDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { incoming } from './incoming.ts';
import { PROTO_ROOT } from './protos.ts';
import { ReflectedFiles } from './reflected-files.ts';

interface ReflectionRequest {
  readonly host: string;
  readonly message_request?: string;
  readonly file_by_filename?: string;
  readonly file_containing_symbol?: string;
  readonly file_containing_extension?: {
    readonly containing_type: string;
    readonly extension_number: number;
  };
  readonly all_extension_numbers_of_type?: string;
}

const require = createRequire(import.meta.url);

const reflectionProtos = join(dirname(require.resolve('@grpc/reflection')), '../proto/grpc/reflection');

/**
 * Answers for `service` of `protoFile`, for health and for itself. Descriptors are compiled when somebody first
 * asks, without comments, as other servers hold them.
 */
export function addReflection(server: Server, protoFile: string, service: string): void {
  const reflections = ['v1', 'v1alpha'].map((version) => ({
    name: `grpc.reflection.${version}.ServerReflection`,
    package: loadSync(join(reflectionProtos, version, 'reflection.proto'), { keepCase: true, oneofs: true }),
  }));
  const services = [service, 'grpc.health.v1.Health', ...reflections.map(({ name }) => name)];
  let compiled: Promise<ReflectedFiles> | undefined;
  const files = () => {
    compiled ??= compile(protoFile);
    return compiled;
  };
  const handle: handleBidiStreamingCall<ReflectionRequest, object> = async (call) => {
    try {
      for await (const request of incoming(call)) {
        call.write(
          request.message_request === 'list_services'
            ? listOf(request, services)
            : answer(request, await files()),
        );
      }
      call.end();
    } catch (error) {
      call.emit('error', { code: status.INTERNAL, details: String(error) });
    }
  };
  for (const { name, package: definitions } of reflections) {
    server.addService(definitions[name] as ServiceDefinition, { ServerReflectionInfo: handle });
  }
}

function listOf(request: ReflectionRequest, services: readonly string[]): object {
  return {
    valid_host: request.host,
    original_request: request,
    list_services_response: { service: services.map((name) => ({ name })) },
  };
}

function answer(request: ReflectionRequest, files: ReflectedFiles): object {
  const base = { valid_host: request.host, original_request: request };
  const found = (descriptors: readonly Uint8Array[] | undefined) =>
    descriptors === undefined
      ? { ...base, error_response: { error_code: status.NOT_FOUND, error_message: 'no such file or symbol' } }
      : { ...base, file_descriptor_response: { file_descriptor_proto: descriptors } };
  switch (request.message_request) {
    case 'file_by_filename':
      return found(files.findFile(request.file_by_filename ?? ''));
    case 'file_containing_symbol':
      return found(files.findSymbol(request.file_containing_symbol ?? ''));
    case 'file_containing_extension': {
      const { containing_type: type = '', extension_number: number = 0 } =
        request.file_containing_extension ?? {};
      return found(files.findExtension(type, number));
    }
    case 'all_extension_numbers_of_type': {
      const type = request.all_extension_numbers_of_type ?? '';
      const extension_number = files.extensionNumbers(type);
      return { ...base, all_extension_numbers_response: { base_type_name: type, extension_number } };
    }
    default:
      return {
        ...base,
        error_response: { error_code: status.UNIMPLEMENTED, error_message: 'no such question' },
      };
  }
}

/** The service's file, health and reflection, each with its imports. */
async function compile(protoFile: string): Promise<ReflectedFiles> {
  const sets = await Promise.all([
    build(PROTO_ROOT, ['--path', protoFile]),
    build(dirname(healthProto), ['--path', basename(healthProto)]),
    build(reflectionProtos),
  ]);
  // Messages of the same type in a row are one message: that is how protobuf merges.
  return new ReflectedFiles(Buffer.concat(sets));
}

async function build(folder: string, only: readonly string[] = []): Promise<Buffer> {
  const buf = require.resolve('@bufbuild/buf/bin/buf');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [buf, 'build', ...only, '--as-file-descriptor-set', '--exclude-source-info', '-o', '-'],
    { cwd: folder, encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
  );
  return stdout;
}
