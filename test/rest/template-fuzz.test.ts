// Path templates at random, from a seed: sound and unsound ones through the admin API, then paths like them through the
// gateway. A template is served or refused with a reason; a path finds its way or is the client's fault. Never a 5xx.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { adminOf } from '../harness/admin.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { createRandom } from '../json/wire-generator.ts';

const SEED = 20_261_125;
const ROUNDS = 60;
const METHODS = 6;

const PROTO = `
syntax = "proto3";
package t.v1;
import "google/protobuf/timestamp.proto";
service T { ${Array.from({ length: METHODS }, (_, index) => `rpc M${index}(R) returns (R);`).join(' ')} }
message R {
  string name = 1;
  int64 number = 2;
  R inner = 3;
  repeated string list = 4;
  map<string, string> map = 5;
  google.protobuf.Timestamp at = 6;
  oneof choice { string one = 7; bool two = 8; }
}`;

const types = await compileTypes([{ path: 't.proto', content: PROTO }]);
const descriptorSet = Buffer.from(types.descriptorSet).toString('base64');

let echo: EchoServer;
let gateway: TestGateway;
beforeAll(async () => {
  echo = await startEchoServer(types.descriptorSet);
  gateway = await startTestGateway();
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});

type Random = () => number;

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}

const LITERALS = ['v1', 'a', 'b', 'books', 'a.b', '-', '~x', 'a%20b', 'é', '%2F', '...'];
const FIELDS = ['name', 'number', 'inner.name', 'inner.inner.number', 'at', 'one', 'two'];
const BAD_FIELDS = ['nope', 'inner', 'list', 'map', 'list.x', 'name.x', '', '1x', 'inner..name', '__proto__'];
const NOISE = [
  '{',
  '}',
  '=',
  '*',
  '**',
  ':',
  '/',
  '//',
  '.',
  '..',
  '%',
  '%00',
  '?',
  '#',
  '\\',
  ' ',
  '\u0000',
  '🐉',
];

/** `free` are fields that the template does not bind yet; undefined: whatever comes. */
function segment(random: Random, free: string[] | undefined): string {
  const kind = random();
  if (kind < 0.5) return pick(LITERALS, random);
  if (kind < 0.6) return '*';
  if (free !== undefined) return `{${free.splice(Math.floor(random() * free.length), 1)[0] ?? 'name'}}`;
  const field = pick(random() < 0.7 ? FIELDS : BAD_FIELDS, random);
  const inner = ['*', '**', 'a/*', 'a/*/b/*', 'a/**', 'a', 'b/**/c', 'x/{name}'];
  return random() < 0.5 ? `{${field}}` : `{${field}=${pick(inner, random)}}`;
}

function soundTemplate(random: Random): string {
  const free = [...FIELDS];
  const segments = Array.from({ length: 1 + Math.floor(random() * 3) }, () => segment(random, free));
  const last = random() < 0.3 ? `/{name=${pick(['**', 'a/*', 'a/*/b/**', 'b/**/c'], random)}}` : '';
  const verb = random() < 0.3 ? `:${pick(['run', 'cancel'], random)}` : '';
  const text = segments.join('/');
  return `/${last === '' ? text : text.replaceAll('{name}', '*')}${last}${verb}`;
}

function anyTemplate(random: Random): string {
  const segments = Array.from({ length: 1 + Math.floor(random() * 4) }, () => segment(random, undefined));
  const text = `/${segments.join('/')}:${pick(['run', 'a:b', ''], random)}`;
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + pick(NOISE, random) + text.slice(at + Math.floor(random() * 2));
}

/** A path as the template has it, or nearly. */
function pathLike(text: string, random: Random): string {
  const filled = text
    .replace(/\{[^{}=]*\}/g, () => pick(['x', '5', 'true', 'a%2Fb', '2026-01-31T00:00:00Z'], random))
    .replace(/\{[^{}=]*=([^{}]*)\}/g, '$1')
    .replace(/\*\*?/g, () => pick(['x', '7', 'a/b', '', '%41', 'c:run'], random));
  const noise = random() < 0.3 ? pick([...NOISE, '/x', ':run', '?name=a', '?nope=1'], random) : '';
  // What no client library can put on the wire is for test/edge.
  return encodeURI(filled + noise).replaceAll('%25', '%');
}

test(`templates and the paths they match (seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  const admin = adminOf(gateway);
  let served = 0;
  let refused = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const isSound = round % 2 === 0;
    const texts = Array.from({ length: METHODS }, () => (isSound ? soundTemplate : anyTemplate)(random));
    const rules = texts.map((text, index) => {
      const method = pick(['get', 'post', 'put', 'delete', 'patch'], random);
      const body =
        method !== 'get' && random() < 0.5
          ? { body: pick(isSound ? ['*', 'inner'] : ['*', 'inner', 'nope'], random) }
          : {};
      return { selector: `t.v1.T.M${index}`, [method]: text, ...(random() < 0.9 && body) };
    });
    const answer = await admin.put('t', {
      sources: { descriptorSet },
      upstream: echo.url,
      rules: JSON.stringify({ type: 'google.api.Service', config_version: 3, http: { rules } }),
    });
    if (answer.status === 200) {
      served += 1;
    } else {
      refused += 1;
      const { type, problems = [] } = problemOf(answer);
      expect([texts, type]).toEqual([texts, 'urn:dragoman:problem:source-refused']);
      expect(problems.length).toBeGreaterThan(0);
    }
    for (let index = 0; index < 15; index += 1) {
      const path = pathLike(pick(texts, random), random);
      const method = pick(['GET', 'GET', 'POST', 'DELETE', 'PATCH'], random);
      const { status } = await send(gateway.publicUrl, { method, path });
      expect([method, path, texts, status < 500]).toEqual([method, path, texts, true]);
    }
  }
  expect([served > ROUNDS / 10, refused > ROUNDS / 10]).toEqual([true, true]);
  expect(gateway.logs.filter((line) => line.includes('internal error'))).toEqual([]);
});
