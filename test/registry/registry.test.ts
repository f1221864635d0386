// The registry without HTTP: what happens when a part of a publish fails, and when old snapshots are let go.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayError } from '../../core/error.ts';
import type { Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { Registry } from '../../registry/registry.ts';
import type { Linked, RegistryOptions } from '../../registry/registry-options.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { greeterProto } from '../admin/sources.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { inlineService } from '../harness/start-gateway.ts';

/** Links that are open, each with the services it stands for. */
let links: { services: string[]; closed: number }[] = [];
let registry: Registry | undefined;

afterEach(async () => {
  await registry?.close();
  registry = undefined;
  links = [];
});

const link = (operations: readonly Operation[]): Linked => {
  const made = { services: [...new Set(operations.map((operation) => operation.service))], closed: 0 };
  links.push(made);
  return {
    invoke: () => Promise.reject(new Error('nobody calls')),
    close: () => {
      made.closed += 1;
    },
  };
};

async function open(
  options: Partial<RegistryOptions> = {},
): Promise<{ registry: Registry; problems: readonly Problem[] }> {
  const opened = await Registry.open({
    store: createMemoryStore(),
    compile: { codecs: createCodec },
    link,
    prepare: () => [],
    reservedPaths: [],
    now: () => new Date('2026-01-01T00:00:00Z'),
    ...options,
  });
  registry = opened.registry;
  return opened;
}

const greeter = (word: string, extra = '') => {
  const definition = inlineService(word, greeterProto(word), `grpc://127.0.0.1:1`);
  return extra === '' ? definition : { ...definition, forwardHeaders: [extra] };
};
const openLinks = () => links.filter(({ closed }) => closed === 0).length;

describe('old snapshots', () => {
  test('are closed as soon as nobody holds them, once', async () => {
    const { registry } = await open();
    await registry.put(greeter('red'));
    const pinned = registry.pin();
    const second = registry.pin();
    await registry.put(greeter('blue'));
    expect(links.map(({ closed }) => closed)).toEqual([1, 0, 0]);
    pinned.release();
    pinned.release();
    expect(links[1]?.closed).toBe(0);
    second.release();
    expect(links[1]?.closed).toBe(1);
    expect([...pinned.snapshot.services.keys()]).toEqual(['red']);
  });

  test('leave nothing open after a hundred publishes', async () => {
    const { registry } = await open();
    // Compiled once: it is the publishes that count, not runs of the compiler.
    const { descriptorSet: bytes } = await compileTypes([
      { path: 'red.proto', content: greeterProto('red') },
    ]);
    for (let index = 0; index < 100; index += 1) {
      const pinned = registry.pin();
      await registry.put({ ...greeter('red', `x-${index}`), source: { kind: 'descriptorSet', bytes } });
      pinned.release();
    }
    expect(links).toHaveLength(101);
    expect(openLinks()).toBe(1);
    expect(links.every(({ closed }) => closed <= 1)).toBe(true);
  });
});

describe('what fails on the way to a swap changes nothing', () => {
  const failing = (store: ServiceStore): ServiceStore & { isBroken: boolean } => ({
    ...store,
    isBroken: false,
    save(service) {
      if (this.isBroken) throw new Error('disk full at /secret/path');
      store.save(service);
    },
    delete(name) {
      if (this.isBroken) throw new Error('disk full at /secret/path');
      store.delete(name);
    },
  });

  test('a store that cannot be written: 503, the old goes on, the new link is closed', async () => {
    const store = failing(createMemoryStore());
    const { registry } = await open({ store });
    await registry.put(greeter('red'));
    const { snapshot } = registry;
    store.isBroken = true;
    for (const change of [
      () => registry.put(greeter('blue')),
      () => registry.put(greeter('red', 'x-a')),
      () => registry.remove('red'),
    ]) {
      const error = (await change().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )) as GatewayError;
      expect([error.code, error.message]).toEqual([
        'unavailable',
        'the registry could not be written; nothing was changed',
      ]);
      expect(registry.snapshot).toBe(snapshot);
      expect(openLinks()).toBe(1);
    }
    store.isBroken = false;
    await registry.put(greeter('blue'));
    expect([...registry.snapshot.services.keys()]).toEqual(['red', 'blue']);
  });

  test('a link that cannot be made: the store is as it was', async () => {
    const store = createMemoryStore();
    let isBroken = false;
    const { registry } = await open({
      store,
      link: (operations) => {
        if (isBroken) throw new Error('no channel');
        return link(operations);
      },
    });
    await registry.put(greeter('red'));
    isBroken = true;
    await expect(registry.put(greeter('blue'))).rejects.toThrow('no channel');
    await expect(registry.remove('red')).rejects.toThrow('no channel');
    expect(store.load().map(({ definition }) => definition.name)).toEqual(['red']);
    expect([...registry.snapshot.services.keys()]).toEqual(['red']);
  });

  test('a door that cannot serve it: its problem is told', async () => {
    const problem: Problem = { severity: 'error', rule: 'door', message: 'no room' };
    const { registry } = await open({ prepare: ({ services }) => (services.has('blue') ? [problem] : []) });
    await registry.put(greeter('red'));
    await expect(registry.put(greeter('blue'))).rejects.toEqual(
      expect.objectContaining({ type: 'source-refused', problems: expect.arrayContaining([problem]) }),
    );
    expect([...registry.snapshot.services.keys()]).toEqual(['red']);
  });

  test('a refusal remarks on the refused service alone, not on what was remarked before', async () => {
    const remark = (name: string): Problem => ({ severity: 'note', rule: 'remark', message: name });
    const problem: Problem = { severity: 'error', rule: 'door', message: 'no room' };
    const { registry } = await open({
      prepare: ({ services }) => [
        ...[...services.keys()].map(remark),
        ...(services.has('blue') ? [problem] : []),
      ],
    });
    await registry.put(greeter('red'));
    await expect(registry.put(greeter('blue'))).rejects.toEqual(
      expect.objectContaining({ problems: expect.not.arrayContaining([remark('red')]) }),
    );
    await expect(registry.put(greeter('blue'))).rejects.toEqual(
      expect.objectContaining({ problems: expect.arrayContaining([remark('blue'), problem]) }),
    );
  });

  test('changes wait for each other, and one that fails does not stop the next', async () => {
    const { registry } = await open();
    const outcomes = await Promise.allSettled([
      registry.put(greeter('red')),
      registry.put(inlineService('bad', 'nonsense', 'grpc://127.0.0.1:1')),
      registry.remove('nobody'),
      registry.put(greeter('blue')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect([...registry.snapshot.services.keys()].sort()).toEqual(['blue', 'red']);
  });
});

describe('a start', () => {
  test('takes up what the store holds, without compiling again', async () => {
    const store = createMemoryStore();
    const first = await open({ store });
    await first.registry.put(greeter('red'));
    await first.registry.put(greeter('blue'));
    const { revision } = first.registry.snapshot;
    await first.registry.close();
    const second = await open({ store });
    expect(second.registry.snapshot.revision).toBe(revision);
    expect([...second.registry.snapshot.services.keys()]).toEqual(['red', 'blue']);
    expect(second.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test.each([
    ['descriptors that are cut', Uint8Array.of(0x0a, 0xff, 0x01)],
    ['descriptors that are none', new TextEncoder().encode('hello')],
    ['no descriptors', new Uint8Array()],
  ])('leaves out a service with %s, says so, and serves the others', async (_name, descriptorSet) => {
    const store = createMemoryStore();
    const first = await open({ store });
    await first.registry.put(greeter('red'));
    await first.registry.put(greeter('blue'));
    await first.registry.close();
    const [red] = store.load();
    if (red !== undefined) store.save({ ...red, descriptorSet });
    const second = await open({ store });
    expect([...second.registry.snapshot.services.keys()]).toEqual(['blue']);
    expect(second.problems.map(({ message }) => message).join()).toContain(
      'the registered service red is not served',
    );
    // It can be registered anew.
    await second.registry.put(greeter('red'));
    expect(second.registry.snapshot.services.has('red')).toBe(true);
  });

  test('leaves out a stored service with certificates that are none', async () => {
    const store = createMemoryStore();
    const first = await open({ store });
    await first.registry.put(greeter('red'));
    await first.registry.close();
    const [red] = store.load();
    if (red !== undefined) {
      store.save({
        ...red,
        definition: {
          ...red.definition,
          upstream: { targets: [{ url: 'grpcs://127.0.0.1:1' }], tls: { cert: 'x', key: 'y' } },
        },
      });
    }
    const second = await open({ store });
    expect([...second.registry.snapshot.services.keys()]).toEqual([]);
  });

  test('prefers the file to the store, and says so', async () => {
    const store = createMemoryStore();
    const first = await open({ store });
    await first.registry.put(greeter('red', 'x-stored'));
    await first.registry.close();
    const { registry: second, problems } = await Registry.open(
      {
        store,
        compile: { codecs: createCodec },
        link,
        prepare: () => [],
        reservedPaths: [],
        now: () => new Date(0),
      },
      [greeter('red', 'x-file')],
    );
    registry = second;
    expect(second.snapshot.services.get('red')?.definition.forwardHeaders).toEqual(['x-file']);
    expect(problems.map(({ message }) => message).join()).toContain(
      'the configuration file declares a service of this name',
    );
    expect(second.isOwnedByFile('red')).toBe(true);
  });

  test('with a wrong service in the file is refused with every problem', async () => {
    await expect(
      Registry.open(
        {
          store: createMemoryStore(),
          compile: { codecs: createCodec },
          link,
          prepare: () => [],
          reservedPaths: [],
          now: () => new Date(0),
        },
        [
          inlineService('a', 'nonsense', 'grpc://127.0.0.1:1'),
          { ...greeter('b'), upstream: { targets: [{ url: 'nowhere' }] } },
        ],
      ),
    ).rejects.toEqual(
      expect.objectContaining({
        type: 'source-refused',
        problems: expect.arrayContaining([
          expect.objectContaining({ path: 'a.proto' }),
          expect.objectContaining({ rule: 'upstream' }),
        ]),
      }),
    );
  });
});
