// Messages that end by a tag instead of a length (groups of proto2, `message_encoding = DELIMITED` of editions) wherever
// the gateway itself writes or reads a record of a message: bodies, masks, path variables, answers of one field.
// Source: protobuf encoding, "groups"; editions, "features.message_encoding"; transcoding reference, section 6.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { type DelimitedWorld, GROUPS, OPEN_TAKE, startDelimitedWorld } from './delimited-world.ts';

let world: DelimitedWorld;
beforeAll(async () => {
  world = await startDelimitedWorld();
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

const text = { 'content-type': 'text/plain' };
const DATA = Buffer.from('hello').toString('base64');

describe('a request', () => {
  test('of bytes of any type holds them as a group', async () => {
    await world.ask('POST /v1/upload/a', { headers: text, body: 'hello' });
    expect(world.arrived()).toEqual({ name: 'a', content: { contentType: 'text/plain', data: DATA } });
    // content = 2: start 0x13, end 0x14
    const wire = world.wire().toString('hex');
    expect(wire).toContain(`130a0a${Buffer.from('text/plain').toString('hex')}120568656c6c6f14`);
  });

  test('of bytes at the end of a path of groups, with tags of two bytes', async () => {
    await world.ask('POST /v1/deep/a', { headers: text, body: 'hello' });
    expect(world.arrived()).toEqual({
      name: 'a',
      holder: { content: { contentType: 'text/plain', data: DATA } },
    });
  });

  test('of a stream of bytes holds each piece as a group', async () => {
    await world.ask('POST /v1/send/a', { headers: text, body: 'x'.repeat(100_000) });
    const pieces = world.echo.lastCall(`${GROUPS}Send`)?.requests ?? [];
    expect(pieces.length).toBeGreaterThan(1);
    // content = 2: start 0x13, end 0x14; the path is in the first message only
    expect(pieces.map((piece) => piece[0])).toEqual(pieces.map(() => 0x13));
    expect(pieces.slice(1).map((piece) => piece.at(-1))).toEqual(pieces.slice(1).map(() => 0x14));
    expect(world.arrived(`${GROUPS}Send`)).toMatchObject({
      name: 'a',
      content: { contentType: 'text/plain' },
    });
  });

  test('whose path leads through a group', async () => {
    await world.ask('GET /v1/through/t');
    expect(world.arrived()).toEqual({ plain: { group: { title: 't' } } });
  });

  test('whose path leads through a group that the request shows nothing of', async () => {
    await world.ask('GET /v1/open/t');
    expect(world.arrived(OPEN_TAKE, 'open.v1.Outer')).toEqual({ plain: { group: { title: 't' } } });
  });

  test.each([
    ['no body', undefined, {}],
    ['an empty body', '{}', {}],
    ['a body', '{"note":"n"}', { note: 'n' }],
  ])('whose path leads into a group of the body: %s', async (_what, body, more) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    await world.ask('POST /v1/open/t', { headers, ...(body !== undefined && { body }) });
    expect(world.arrived(OPEN_TAKE, 'open.v1.Outer')).toEqual({
      plain: { group: { title: 't' }, ...more },
    });
    await world.ask('POST /v1/beside/t', { headers, ...(body !== undefined && { body }) });
    expect(world.arrived()).toEqual({ plain: { group: { title: 't' }, ...more } });
  });

  test.each([
    ['GET /v1/needs/t', 'needs.needed'],
    ['GET /v1/open/t/needs', 'needs.needed'],
  ])('whose path leads into a message that lacks what it requires: %s', async (request, field) => {
    const problem = problemOf(await world.ask(request));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.violations).toEqual([{ field, description: 'the field is required' }]);
    expect(world.echo.received()).toEqual([]);
  });

  test('of a PATCH has its mask as a group', async () => {
    await world.ask('PATCH /v1/thing/a', { body: { title: 't', size: null } });
    expect(world.arrived()).toEqual({ name: 'a', thing: { title: 't' }, updateMask: 'size,title' });
  });

  test('has a read mask as a group', async () => {
    await world.ask('GET /v1/masked?$fields=name');
    expect(world.arrived(`${GROUPS}Masked`, 'groups.v1.Read')).toEqual({ readMask: 'name' });
  });
});

describe('an answer of one field', () => {
  const content = (type: string, data: string) =>
    world.wireOf({ content: { contentType: type, data: Buffer.from(data).toString('base64') } });

  test('that is a group of bytes of any type', async () => {
    world.echo.replyWith(`${GROUPS}Take`, content('text/csv', 'a,b'));
    const answer = await world.ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/csv', 'a,b']);
  });

  test('that is a stream of them', async () => {
    world.echo.replyWith(`${GROUPS}Watch`, content('text/csv', 'a,'), content('text/csv', 'b'));
    const answer = await world.ask('GET /v1/watch');
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/csv', 'a,b']);
  });

  test('that comes in two groups is their union', async () => {
    const typed = world.wireOf({ content: { contentType: 'text/csv' } });
    world.echo.replyWith(`${GROUPS}Take`, Buffer.concat([typed, content('', 'a,b')]));
    const answer = await world.ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/csv', 'a,b']);
  });

  test('beside groups that nobody here knows', async () => {
    // Field 1000 as a group that holds a group.
    const strange = Buffer.from('c33ec33e0801c43ec43e', 'hex');
    world.echo.replyWith(`${GROUPS}Take`, Buffer.concat([strange, content('text/csv', 'a,b')]));
    const answer = await world.ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect([answer.status, answer.text]).toEqual([200, 'a,b']);
  });

  test('that has neither end nor length is broken', async () => {
    world.echo.replyWith(`${GROUPS}Take`, Buffer.from('130a01', 'hex'));
    const answer = await world.ask('POST /v1/upload/a', { headers: text, body: 'x' });
    expect(problemOf(answer)).toMatchObject({ status: 502, code: 'INTERNAL' });
  });

  test('as JSON', async () => {
    world.echo.replyWith(`${GROUPS}Take`, world.wireOf({ thing: { title: 't', size: '7' } }));
    const answer = await world.ask('PATCH /v1/thing/a', { body: { title: 't' } });
    expect(answer.json()).toEqual({ title: 't', size: '7' });
  });
});
