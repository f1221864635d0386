// Which services of a descriptor set are served when nobody names them.
import { expect, test } from '@jest/globals';
import { servedFiles } from '../../registry/compile/served-files.ts';

const file = (name: string, packageName: string, services: number, dependency: string[] = []) => ({
  name,
  package: packageName,
  dependency,
  service: Array.from({ length: services }, () => ({})),
});

test.each([
  ['every file with services', [file('a.proto', 'a', 1), file('b.proto', 'b', 0)], ['a.proto']],
  [
    'not a common service that another file imports',
    [
      file('google/longrunning/operations.proto', 'google.longrunning', 1),
      file('a.proto', 'a', 1, ['google/longrunning/operations.proto']),
    ],
    ['a.proto'],
  ],
  [
    'a common service that stands alone',
    [file('google/longrunning/operations.proto', 'google.longrunning', 1)],
    ['google/longrunning/operations.proto'],
  ],
  [
    "not gRPC's own health beside others",
    [file('health.proto', 'grpc.health.v1', 1), file('a.proto', 'a', 1)],
    ['a.proto'],
  ],
  ["gRPC's own health alone", [file('health.proto', 'grpc.health.v1', 1)], ['health.proto']],
  [
    'a service of somebody else that is imported',
    [file('b.proto', 'b', 1), file('a.proto', 'a', 1, ['b.proto'])],
    ['b.proto', 'a.proto'],
  ],
])('%s', (_name, files, served) => {
  expect(servedFiles(files)).toEqual(served);
});
