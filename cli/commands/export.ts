// `dragoman export`: what clients build on, as text: the GraphQL schema or the OpenAPI document of a running gateway,
// or those that `start` would serve from a configuration.
import type { Problem, Result } from '../../core/problem.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { AdminClient } from '../admin-client.ts';
import { type Command, type CommandContext, CommandError, type ExitCode } from '../command.ts';
import { CONFIG_OPTIONS, readChosenConfig } from '../config-options.ts';
import { plural, printDocument, printProblems } from '../print.ts';
import { printable } from '../terminal.ts';
import { readName } from './register.ts';

/** Of the contract; serving one means writing it. */
const NOT_SERVED = ['descriptor'];

const CONFIG = CONFIG_OPTIONS.filter(({ name }) => name === 'config' || name === 'registry');

export const exportCommand: Command = {
  name: 'export',
  summary: 'print the GraphQL schema or OpenAPI document that is served, or that a configuration would serve',
  usage: 'export graphql|openapi [-c FILE] [--service NAME]',
  positionals: ['WHAT'],
  options: [
    ...CONFIG,
    { name: 'service', value: 'NAME', summary: 'only what this service shows, and the types that it needs' },
  ],
  notes:
    'Without -c the running gateway is asked. With it, nothing needs to run: services of the file and of the registry\n' +
    'are put together as start would. The registry is only read.\n\n' +
    'Examples\n  dragoman export graphql -c dragoman.yaml > schema.graphql\n' +
    '  dragoman export openapi -o yaml > openapi.yaml',
  async run(context): Promise<ExitCode> {
    const { args } = context;
    const kind = readKind(args.positionals[0] ?? '');
    const name = args.get('service');
    const service = name === undefined ? undefined : readName(name);
    if (kind === 'graphql') await printGraphql(context, service);
    else await printOpenapi(context, service);
    return 0;
  },
};

async function printGraphql(context: CommandContext, service: string | undefined): Promise<void> {
  const { args, admin, format, terminal } = context;
  const { sdl, revision } = args.has('config')
    ? await fromConfig(context, async (config) => {
        // Not at the top: the other commands should not wait for the doors to load.
        const { exportGraphql } = await import('../../gateway/config/export-graphql.ts');
        return exportGraphql(config, service);
      })
    : await new AdminClient(admin).getGraphqlSchema(service);
  if (format === 'table') terminal.out(sdl);
  else printDocument(terminal, format, { sdl, revision });
}

async function printOpenapi(context: CommandContext, service: string | undefined): Promise<void> {
  const { args, admin, format, terminal } = context;
  const text = args.has('config')
    ? await fromConfig(context, async (config) => {
        const { exportOpenapi } = await import('../../gateway/config/export-openapi.ts');
        return exportOpenapi(config, service);
      })
    : await new AdminClient(admin).getOpenapiDocument(service);
  printDocument(terminal, format === 'yaml' ? 'yaml' : 'json', readDocument(text));
}

function readDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError('the gateway answered with something else than an OpenAPI document');
  }
}

function readKind(kind: string): 'graphql' | 'openapi' {
  if (kind === 'graphql' || kind === 'openapi') return kind;
  const shown = printable(kind);
  throw new CommandError(
    NOT_SERVED.includes(kind)
      ? `dragoman export ${shown} is not served by this version`
      : `dragoman export takes graphql or openapi, found "${shown}"`,
  );
}

async function fromConfig<T>(
  context: CommandContext,
  exporting: (config: GatewayConfig) => Promise<Result<T>>,
): Promise<T> {
  if (context.args.has('admin')) {
    throw new CommandError('-c and --admin exclude each other: one asks a file, the other a running gateway');
  }
  const { path, result } = await readChosenConfig(context);
  const subject = path ?? 'the default configuration';
  if (!result.ok) throw refusal(subject, result.problems);
  const exported = await exporting(result.value);
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
