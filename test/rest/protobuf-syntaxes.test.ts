// Protobuf bodies of messages that JSON says in ways of its own: groups, required fields. They go on as they came, complete.
// Source: transcoding reference, sections 3.2 ("Bodies") and 6 ("required enforced").
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import {
  type DelimitedWorld,
  GROUPS,
  OPEN_NEED,
  OPEN_TAKE,
  startDelimitedWorld,
  UNKNOWN,
} from './delimited-world.ts';

let world: DelimitedWorld;
beforeAll(async () => {
  world = await startDelimitedWorld();
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

const PROTOBUF = 'application/x-protobuf';
const protobuf = { 'content-type': PROTOBUF };

describe('a protobuf body', () => {
  test.each([
    ['groups', 'POST /v1/whole', 'groups.v1.Request', `${GROUPS}Take`, { plain: { group: { title: 't' } } }],
    ['what is required', 'POST /v1/needs', 'groups.v1.Needy', `${GROUPS}Need`, { needs: { needed: 1 } }],
    [
      'what a message of it requires',
      'POST /v1/open/needs',
      'open.v1.Needy',
      OPEN_NEED,
      { needs: { needed: 1 } },
    ],
  ])('of %s goes on as it came, with fields that nobody here knows', async (...row) => {
    const [, request, name, method, json] = row;
    const body = Buffer.concat([UNKNOWN, world.wireOf(json, name)]);
    expect((await world.ask(request, { headers: protobuf, body })).status).toBe(200);
    expect(world.wire(method).toString('hex')).toBe(body.toString('hex'));
  });

  test.each([
    ['POST /v1/needs/t', `${GROUPS}Need`, 'groups.v1.Needy'],
    ['POST /v1/open/t/needs', OPEN_NEED, 'open.v1.Needy'],
  ])('holds what is required beside the path: %s', async (request, method, name) => {
    const body = world.wireOf({ name: 'n', needs: { needed: 7 } }, name);
    await world.ask(request, { headers: protobuf, body });
    expect(world.arrived(method, name)).toEqual({ name: 'n', needs: { title: 't', needed: 7 } });
  });

  test.each([
    // needs = 6, empty
    ['POST /v1/needs', '3200'],
    ['POST /v1/needs/t', '3200'],
    ['POST /v1/open/needs', '3200'],
    ['POST /v1/open/t/needs', '0a016e'],
    // title = 1 alone
    ['POST /v1/open/part', '0a0174'],
  ])('that lacks what is required is refused: %s', async (request, hex) => {
    const problem = problemOf(await world.ask(request, { headers: protobuf, body: Buffer.from(hex, 'hex') }));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.detail).toContain('required');
    expect(world.echo.received()).toEqual([]);
  });

  test('that is one field of the request meets the path in it, with fields that nobody here knows', async () => {
    const body = Buffer.concat([world.wireOf({ note: 'n' }, 'open.v1.Plain'), UNKNOWN]);
    await world.ask('POST /v1/open/t', { headers: protobuf, body });
    expect(world.wire(OPEN_TAKE).toString('hex')).toContain(UNKNOWN.toString('hex'));
    expect(world.arrived(OPEN_TAKE, 'open.v1.Outer')).toEqual({
      plain: { group: { title: 't' }, note: 'n' },
    });
  });

  test('that is a group of the request is written as one', async () => {
    const body = Buffer.concat([world.wireOf({ size: '7' }, 'groups.v1.Thing'), UNKNOWN]);
    await world.ask('POST /v1/group/a', { headers: protobuf, body });
    // thing = 4: start 0x23, end 0x24; name = 1 is what the path says
    expect(world.wire().toString('hex')).toBe(`23${body.toString('hex')}240a0161`);
  });

  test('meets the path in one group', async () => {
    const body = Buffer.concat([world.wireOf({ name: 'n', thing: { title: 'x', size: '7' } }), UNKNOWN]);
    await world.ask('POST /v1/whole/t', { headers: protobuf, body });
    expect(world.arrived()).toEqual({ name: 'n', thing: { title: 't', size: '7' } });
    expect(world.wire().toString('hex')).toContain(UNKNOWN.toString('hex'));
  });
});

describe('a protobuf answer', () => {
  test('of one field is the message that a group holds', async () => {
    const thing = Buffer.concat([world.wireOf({ size: '7' }, 'groups.v1.Thing'), UNKNOWN]);
    // thing = 4: start 0x23, end 0x24
    const reply = Buffer.concat([Buffer.from([0x23]), thing, Buffer.from([0x24])]);
    world.echo.replyWith(`${GROUPS}Take`, reply);
    const answer = await world.ask('PATCH /v1/thing/a', { headers: { accept: PROTOBUF }, body: {} });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, PROTOBUF]);
    expect(answer.bytes.toString('hex')).toBe(thing.toString('hex'));
  });

  test('may be a part of a message only if that may lack the rest; else it is JSON', async () => {
    const headers = { accept: PROTOBUF };
    const body = { name: 'n', needs: { title: 't', needed: 7 } };
    const some = await world.ask('POST /v1/needs?$fields=needs.title', { headers, body });
    expect([some.status, some.headers['content-type']]).toEqual([200, 'application/json']);
    expect(some.json()).toEqual({ needs: { title: 't' } });
    const whole = await world.ask('POST /v1/needs', { headers, body });
    expect([whole.status, whole.headers['content-type']]).toEqual([200, PROTOBUF]);
    expect(whole.bytes).toEqual(Buffer.from(world.wireOf(body, 'groups.v1.Needy')));
    const part = await world.ask('POST /v1/whole?$fields=name', { headers, body: { name: 'n', thing: {} } });
    expect([part.status, part.headers['content-type']]).toEqual([200, PROTOBUF]);
    expect(part.bytes).toEqual(Buffer.from(world.wireOf({ name: 'n' })));
  });
});
