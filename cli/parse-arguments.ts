// The command line to options and positionals, with a plain sentence for everything that is wrong in it.
import { parseArgs } from 'node:util';
import { findNearest } from '../core/nearest-name.ts';
import { type Command, CommandError, type OptionSpec, type ParsedArguments } from './command.ts';
import { printable } from './terminal.ts';

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'admin',
    value: 'URL',
    summary: 'admin API of the gateway (default http://127.0.0.1:9080; DRAGOMAN_ADMIN)',
  },
  { name: 'token', value: 'TOKEN', summary: 'token for the admin API (DRAGOMAN_TOKEN)' },
  { name: 'output', short: 'o', value: 'FORMAT', summary: 'table, json or yaml (default table)' },
  { name: 'help', short: 'h', summary: 'show this help' },
];

/** The name of the command and the rest of the line; global options may stand before it. @throws CommandError */
export function splitCommand(argv: readonly string[]): { name: string | undefined; rest: string[] } {
  const { tokens } = tokenize(argv, GLOBAL_OPTIONS);
  const command = tokens.find((token) => token.kind === 'positional');
  if (command === undefined) return { name: undefined, rest: [...argv] };
  for (const token of tokens) {
    const isBefore = token.kind === 'option' && token.index < command.index;
    if (isBefore && !GLOBAL_OPTIONS.some(({ name }) => name === token.name)) {
      throw new CommandError(refuseOption(token.name, token.rawName, GLOBAL_OPTIONS, undefined));
    }
  }
  return { name: argv[command.index], rest: argv.toSpliced(command.index, 1) };
}

/** @throws CommandError naming what is wrong and, for a mistyped option, the nearest known one. */
export function parseArguments(command: Command | undefined, argv: readonly string[]): ParsedArguments {
  const specs = [...(command?.options ?? []), ...GLOBAL_OPTIONS];
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokenize(argv, specs).tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = specs.find(({ name }) => name === token.name);
    if (spec === undefined) throw new CommandError(refuseOption(token.name, token.rawName, specs, command));
    values.set(spec.name, [...(values.get(spec.name) ?? []), readValue(spec, token)]);
  }
  return {
    positionals,
    has: (option) => values.has(option),
    get: (option) => values.get(option)?.at(-1),
    getAll: (option) => values.get(option) ?? [],
  };
}

/** @throws CommandError */
export function checkPositionals(command: Command, { positionals }: ParsedArguments): void {
  const expected = command.positionals ?? [];
  const missing = expected[positionals.length];
  if (missing !== undefined)
    throw new CommandError(`${missing} is missing; usage: dragoman ${command.usage}`);
  const surplus = positionals[expected.length];
  if (surplus !== undefined) {
    throw new CommandError(`"${printable(surplus)}" is one too many; usage: dragoman ${command.usage}`);
  }
}

function tokenize(argv: readonly string[], specs: readonly OptionSpec[]) {
  const options = specs.map(({ name, short, value }) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
  ]);
  // Not strict: its messages speak to programmers. What it would refuse is refused in parseArguments.
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readValue(spec: OptionSpec, { rawName, value, inlineValue }: OptionToken): string {
  if (spec.value === undefined) {
    if (value !== undefined) throw new CommandError(`${rawName} takes no value`);
    return '';
  }
  if (value === undefined || value === '')
    throw new CommandError(`${rawName} needs a value: ${rawName} ${spec.value}`);
  if (inlineValue !== true && value.startsWith('-')) {
    throw new CommandError(
      `${rawName} needs a value, found ${printable(value)}; write --${spec.name}=${spec.value} if that was meant`,
    );
  }
  return value;
}

function refuseOption(
  name: string,
  rawName: string,
  specs: readonly OptionSpec[],
  command: Command | undefined,
): string {
  if (command?.notServed?.includes(name)) return `${rawName} is not served by this version`;
  const known = specs.map((spec) => spec.name);
  const nearest = findNearest(name, known);
  const where = command === undefined ? '' : ` of dragoman ${command.name}`;
  const remedy =
    nearest === undefined
      ? `dragoman ${command === undefined ? '' : `${command.name} `}--help lists what there is`
      : `did you mean --${nearest}?`;
  return `unknown option ${printable(rawName)}${where}; ${remedy}`;
}
