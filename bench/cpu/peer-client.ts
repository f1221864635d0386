// The gRPC client of the hand-written peers, with the options that the tutorials of grpc-js use.
import { type Client, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ROOT } from '../harness/processes.ts';

export type Ask = (request: object) => Promise<object>;

export interface LibraryClient {
  readonly getBook: Ask;
  readonly listBooks: Ask;
  readonly batchGetAuthors: Ask;
}

type Method = (request: object, done: (error: ServiceError | null, reply: object) => void) => void;
type MethodName = 'GetBook' | 'ListBooks' | 'BatchGetAuthors';
type LibraryStub = Client & Readonly<Record<MethodName, Method>>;

export function connectLibrary(target: string): LibraryClient {
  const definition = loadSync('library/v1/library.proto', {
    includeDirs: [`${ROOT}/protos`],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  // proto-loader knows the service at run time only.
  const loaded = loadPackageDefinition(definition) as unknown as {
    readonly library: {
      readonly v1: { readonly LibraryService: new (target: string, credentials: object) => LibraryStub };
    };
  };
  const client = new loaded.library.v1.LibraryService(target, credentials.createInsecure());
  return {
    getBook: promised(client, 'GetBook'),
    listBooks: promised(client, 'ListBooks'),
    batchGetAuthors: promised(client, 'BatchGetAuthors'),
  };
}

function promised(client: LibraryStub, name: MethodName): Ask {
  return (request) =>
    new Promise((resolve, reject) => {
      client[name](request, (error, reply) => (error === null ? resolve(reply) : reject(error)));
    });
}
