// The command line: help for who asks, one plain line for who errs.
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../cli/dragoman.ts';
import { styleOf } from '../../cli/terminal.ts';
import { runCommand } from './fake-admin.ts';

describe('a wrong command line is one line and exit 1', () => {
  test.each<readonly [line: string, message: string]>([
    ['chekc', 'unknown command "chekc"; did you mean check?'],
    ['Regsiter x', 'unknown command "Regsiter"; did you mean register?'],
    ['frobnicate', 'unknown command "frobnicate"; dragoman --help lists what there is'],
    ['constructor', 'unknown command "constructor"; dragoman --help lists what there is'],
    ['help nope', 'unknown command "nope"; dragoman --help lists what there is'],
    ['--adm x list', 'unknown option --adm; did you mean --admin?'],
    ['list --adm x', 'unknown option --adm of dragoman list; did you mean --admin?'],
    [
      'check --proto x',
      'unknown option --proto of dragoman check; dragoman check --help lists what there is',
    ],
    ['list -x', 'unknown option -x of dragoman list; dragoman list --help lists what there is'],
    [
      'list --__proto__',
      'unknown option --__proto__ of dragoman list; dragoman list --help lists what there is',
    ],
    ['-o', '-o needs a value: -o FORMAT'],
    ['list -o', '-o needs a value: -o FORMAT'],
    ['list --output=', '--output needs a value: --output FORMAT'],
    ['list -o xml', '--output must be table, json or yaml, found "xml"'],
    [
      'register a --proto --upstream u',
      '--proto needs a value, found --upstream; write --proto=FILE if that was meant',
    ],
    ['register a --dry-run=no', '--dry-run takes no value'],
    [
      'register',
      'NAME is missing; usage: dragoman register NAME (--proto FILE… [-I DIR…] | --descriptor-set FILE | --openapi FILE | --prefix PATH) --upstream URL',
    ],
    ['show a b', '"b" is one too many; usage: dragoman show NAME'],
    ['register a --proto x', '--upstream is missing, such as --upstream grpc://host:50051'],
    [
      'register a --upstream grpc://h:1',
      'a source is missing: --proto FILE, --descriptor-set FILE or --openapi FILE; a plain proxy needs --prefix or --host',
    ],
    [
      'register a --upstream http://h:1 --openapi x --descriptor-set y',
      '--descriptor-set and --openapi exclude each other; keep one',
    ],
    [
      'register a --upstream grpc://h:1 --proto x --descriptor-set y',
      '--proto and --descriptor-set exclude each other; keep one',
    ],
    [
      'show Library',
      '"Library" cannot be a service\'s name: a lower-case letter first, then lower-case letters, digits and hyphens, 63 at most',
    ],
    [
      'list --admin localhost:9080',
      '--admin must be a URL such as http://127.0.0.1:9080, found "localhost:9080"',
    ],
    ...['rollback', 'apply', 'dump'].map(
      (name) => [name, `dragoman ${name} is not served by this version`] as const,
    ),
    ['register a --force=no', '--force takes no value'],
    ['diff x', '"x" is one too many; usage: dragoman diff [-c FILE] [--service NAME]'],
    ['export', 'WHAT is missing; usage: dragoman export graphql|openapi [-c FILE] [--service NAME]'],
    ['export descriptor', 'dragoman export descriptor is not served by this version'],
    ['export x', 'dragoman export takes graphql or openapi, found "x"'],
    ...['reflection', 'stage'].map(
      (name) => [`register a --${name} x`, `--${name} is not served by this version`] as const,
    ),
  ])('dragoman %s', async (line, message) => {
    expect(await runCommand(line.split(' '))).toEqual({ code: 1, out: '', err: `error: ${message}\n` });
  });
});

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])('dragoman %j lists every command', async (argv) => {
    const { code, out, err } = await runCommand(argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const { name, summary } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  });

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    'dragoman %s --help names its usage and every option',
    async (name, { usage, options = [] }) => {
      const { code, out } = await runCommand([name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`Usage\n  dragoman ${usage}\n`);
      for (const option of [...options, { name: 'admin' }]) expect(out).toContain(`--${option.name}`);
      expect((await runCommand(['help', name])).out).toBe(out);
    },
  );

  test('help wins over what is missing', async () => {
    expect((await runCommand(['register', '-h'])).code).toBe(0);
  });
});

test('options may stand before the command, behind it, with = or apart', async () => {
  for (const line of [
    '-o json version',
    'version -o json',
    'version -ojson',
    'version --output=json',
    '--output json version',
  ]) {
    expect(JSON.parse((await runCommand(line.split(' '))).out)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.versions.node,
    });
  }
});

test('dragoman --version is dragoman version', async () => {
  const { out } = await runCommand(['--version']);
  expect(out).toMatch(/^dragoman \d+\.\d+\.\d+\S* \(Node\.js \d+\.\d+\.\d+\)\n$/);
  expect((await runCommand(['version'])).out).toBe(out);
});

test.each([
  ['a terminal', true, {}, true],
  ['a pipe', false, {}, false],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
])('colour on %s', (_name, isTerminal, env, isColoured) => {
  expect(styleOf(isTerminal, env).red('x')).toBe(isColoured ? '\u001b[31mx\u001b[39m' : 'x');
});
