// Health and reflection of the gRPC mocks, asked with grpc-js and with `buf curl`, a client that was written
// elsewhere and in another language.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { create, createFileRegistry, fromBinary, getOption, type Registry } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { protoPath as healthProto } from 'grpc-health-check';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import { startOrders } from '../../upstream-mocks/orders/orders.ts';
import { startUsers } from '../../upstream-mocks/users/users.ts';
import { ServiceCalls } from './grpc-calls.ts';

const require = createRequire(import.meta.url);
const STANDARD = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
];

let servers: Record<string, GrpcMockServer>;

beforeAll(async () => {
  const [library, inventory, users, orders] = await Promise.all([
    startLibrary(),
    startInventory(),
    startUsers(),
    startOrders(),
  ]);
  servers = { library, inventory, users, orders };
});

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.close()));
});

describe.each([
  ['library', 'library.v1.LibraryService'],
  ['inventory', 'inventory.v1.InventoryService'],
  ['users', 'users.v1.UserService'],
  ['orders', 'orders.v1.OrderService'],
])('%s', (name, service) => {
  test('is healthy, as a whole and by the name of its service', async () => {
    const health = new ServiceCalls(urlOf(name), healthProto, 'grpc.health.v1.Health');
    const replies = [await health.unary('Check', {}), await health.unary('Check', { service })];
    const unknown = await health.unary('Check', { service: 'nowhere.v1.Nothing' });
    health.close();
    expect(replies.map(({ reply }) => reply)).toEqual([{ status: 'SERVING' }, { status: 'SERVING' }]);
    expect(unknown.error?.code).toBe(status.NOT_FOUND);
  });

  test.each(['v1', 'v1alpha'])('lists its services by reflection %s', async (version) => {
    const { list_services_response: list } = await reflect(version, { list_services: '*' }, urlOf(name));
    expect(list?.service.map((each) => each.name).sort()).toEqual([...STANDARD, service].sort());
  });
});

describe('library by reflection alone', () => {
  test.each(['grpc-v1', 'grpc-v1alpha'])('a client lists its services by %s', async (protocol) => {
    const listed = await bufCurl('--reflect-protocol', protocol, '--list-services', httpUrlOf('library'));
    expect(listed.trim().split('\n').sort()).toEqual([...STANDARD, 'library.v1.LibraryService']);
  });

  test('is called by a client without its .proto files', async () => {
    const url = `${httpUrlOf('library')}/library.v1.LibraryService/GetBook`;
    const book = JSON.parse(await bufCurl('-d', '{"name":"books/b3"}', url));
    // Hand-written from book-seed.ts in canonical ProtoJSON.
    expect(book).toMatchObject({
      title: 'Die Brücke über den Fluß, 東京 🐉',
      subtitle: '',
      copiesSold: '-1',
      audioLength: '34201.500s',
      donation: { donor: 'Frau Åström', anonymous: true },
      createTime: '2024-01-01T00:01:00Z',
    });
  });

  test('the health service can be resolved, too', async () => {
    const url = `${httpUrlOf('library')}/grpc.health.v1.Health/Check`;
    expect(JSON.parse(await bufCurl('-d', '{}', url))).toEqual({ status: 'SERVING' });
  });

  test.each(['v1', 'v1alpha'])('%s descriptors keep their google.api.http rules', async (version) => {
    const types = registryOf(await reflect(version, { file_containing_symbol: 'library.v1.LibraryService' }));
    const http = types.getExtension('google.api.http');
    const method = types.getService('library.v1.LibraryService')?.method.getBook;
    const rule = http && method && getOption(method, http);
    expect(rule).toMatchObject({ pattern: { case: 'get', value: '/v1/{name=books/*}' } });
  });

  test.each([
    ['a method', { file_containing_symbol: 'library.v1.LibraryService.GetBook' }, 'library/v1/library.proto'],
    ['a nested enum', { file_containing_symbol: 'library.v1.Book.State' }, 'library/v1/library.proto'],
    ['a file', { file_by_filename: 'google/type/money.proto' }, 'google/type/money.proto'],
    [
      'an extension',
      {
        file_containing_extension: {
          containing_type: 'google.protobuf.MethodOptions',
          extension_number: 72295728,
        },
      },
      'google/api/annotations.proto',
    ],
  ])('%s leads to its file', async (_case, question, file) => {
    const { file_descriptor_response: found } = await reflect('v1', question);
    const [first] = found?.file_descriptor_proto ?? [];
    expect(first && fromBinary(FileDescriptorProtoSchema, first).name).toBe(file);
  });

  test('what nobody knows is NOT_FOUND, and the stream goes on', async () => {
    const { error_response: error } = await reflect('v1', { file_containing_symbol: 'nowhere.v1.Nothing' });
    expect(error?.error_code).toBe(status.NOT_FOUND);
  });

  test('extension numbers of a type are listed', async () => {
    const { all_extension_numbers_response: numbers } = await reflect('v1', {
      all_extension_numbers_of_type: 'google.protobuf.MethodOptions',
    });
    expect(numbers?.extension_number).toContain(72295728);
  });
});

test('health follows what the test sets, and does not count as a call', async () => {
  const server = servers.users;
  server?.setHealth('NOT_SERVING');
  const health = new ServiceCalls(urlOf('users'), healthProto, 'grpc.health.v1.Health');
  const { reply } = await health.unary('Check', { service: 'users.v1.UserService' });
  health.close();
  expect(reply).toEqual({ status: 'NOT_SERVING' });
  expect(server?.counts()).toEqual({});
});

interface ReflectionReply {
  readonly list_services_response?: { readonly service: { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: Buffer[] };
  readonly error_response?: { readonly error_code: number };
  readonly all_extension_numbers_response?: { readonly extension_number: number[] };
}

/** One question and its answer. */
async function reflect(version: string, question: object, url = urlOf('library')): Promise<ReflectionReply> {
  const protos = join(dirname(require.resolve('@grpc/reflection')), '../proto/grpc/reflection');
  const file = join(protos, version, 'reflection.proto');
  const reflection = new ServiceCalls(url, file, `grpc.reflection.${version}.ServerReflection`);
  const call = reflection.bidiStream('ServerReflectionInfo');
  call.write(question);
  call.end();
  const replies: ReflectionReply[] = [];
  for await (const reply of call) replies.push(reply);
  reflection.close();
  expect(replies).toHaveLength(1);
  return replies[0] ?? {};
}

function registryOf({ file_descriptor_response: found }: ReflectionReply): Registry {
  const file = (found?.file_descriptor_proto ?? []).map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  // Dependencies first, as a set has them.
  return createFileRegistry(create(FileDescriptorSetSchema, { file: file.reverse() }));
}

async function bufCurl(...args: string[]): Promise<string> {
  const buf = require.resolve('@bufbuild/buf/bin/buf');
  const all = [buf, 'curl', '--http2-prior-knowledge', '--protocol', 'grpc', '--reflect', ...args];
  return (await promisify(execFile)(process.execPath, all)).stdout;
}

function urlOf(name: string): string {
  return servers[name]?.url ?? '';
}

function httpUrlOf(name: string): string {
  return urlOf(name).replace('grpc:', 'http:');
}
