// `dragoman export`: what clients build on, as text: the GraphQL schema of a running gateway, or the one that
// `start` would serve from a configuration.
import type { Problem } from '../../core/problem.ts';
import type { ExportedGraph } from '../../gateway/config/export-graphql.ts';
import { AdminClient } from '../admin-client.ts';
import { type Command, type CommandContext, CommandError, type ExitCode } from '../command.ts';
import { CONFIG_OPTIONS, readChosenConfig } from '../config-options.ts';
import { plural, printDocument, printProblems } from '../print.ts';
import { printable } from '../terminal.ts';
import { readName } from './register.ts';

/** Of the contract; serving one means writing it. */
const NOT_SERVED = ['openapi', 'descriptor'];

const CONFIG = CONFIG_OPTIONS.filter(({ name }) => name === 'config' || name === 'registry');

export const exportCommand: Command = {
  name: 'export',
  summary: 'print the GraphQL schema that is served, or that a configuration would serve',
  usage: 'export graphql [-c FILE] [--service NAME]',
  positionals: ['WHAT'],
  options: [
    ...CONFIG,
    { name: 'service', value: 'NAME', summary: 'only what this service shows, and the types that it needs' },
  ],
  notes:
    'Without -c the running gateway is asked. With it, nothing needs to run: services of the file and of the registry\n' +
    'are put together as start would. The registry is only read.\n\n' +
    'Example\n  dragoman export graphql -c dragoman.yaml > schema.graphql',
  async run(context): Promise<ExitCode> {
    const { args, format, terminal } = context;
    checkKind(args.positionals[0] ?? '');
    const name = args.get('service');
    const service = name === undefined ? undefined : readName(name);
    const { sdl, revision } = args.has('config')
      ? await fromConfig(context, service)
      : await new AdminClient(context.admin).getGraphqlSchema(service);
    if (format === 'table') terminal.out(sdl);
    else printDocument(terminal, format, { sdl, revision });
    return 0;
  },
};

function checkKind(kind: string): void {
  if (kind === 'graphql') return;
  const shown = printable(kind);
  throw new CommandError(
    NOT_SERVED.includes(kind)
      ? `dragoman export ${shown} is not served by this version`
      : `dragoman export takes graphql, found "${shown}"`,
  );
}

async function fromConfig(context: CommandContext, service: string | undefined): Promise<ExportedGraph> {
  if (context.args.has('admin')) {
    throw new CommandError('-c and --admin exclude each other: one asks a file, the other a running gateway');
  }
  const { path, result } = await readChosenConfig(context);
  const subject = path ?? 'the default configuration';
  if (!result.ok) throw refusal(subject, result.problems);
  // Not at the top: the other commands should not wait for the doors to load.
  const { exportGraphql } = await import('../../gateway/config/export-graphql.ts');
  const exported = await exportGraphql(result.value, service);
  if (!exported.ok) throw refusal(subject, [...result.problems, ...exported.problems]);
  // What only remarks is for `check`; what a start would leave out changes what is printed.
  const warnings = exported.problems.filter(({ severity }) => severity === 'warning');
  printProblems(context.terminal, [...result.problems, ...warnings]);
  return exported.value;
}

function refusal(subject: string, problems: readonly Problem[]): CommandError {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  return new CommandError(`${subject} has ${plural(count, 'problem')}`, { problems });
}
