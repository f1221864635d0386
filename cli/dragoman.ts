// The `dragoman` command: picks the command, gives it its arguments, prints what went wrong.
import { findNearest } from '../core/nearest-name.ts';
import {
  type Command,
  type CommandContext,
  CommandError,
  type ExitCode,
  type OutputFormat,
} from './command.ts';
import { check } from './commands/check.ts';
import { diff } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';
import { health } from './commands/health.ts';
import { list } from './commands/list.ts';
import { register } from './commands/register.ts';
import { show } from './commands/show.ts';
import { start } from './commands/start.ts';
import { unregister } from './commands/unregister.ts';
import { version } from './commands/version.ts';
import { renderCommandHelp, renderHelp } from './help.ts';
import { checkPositionals, parseArguments, splitCommand } from './parse-arguments.ts';
import { printFailure } from './print.ts';
import { printable, processTerminal, type Terminal } from './terminal.ts';

export const COMMANDS: readonly Command[] = [
  start,
  check,
  register,
  unregister,
  list,
  show,
  diff,
  exportCommand,
  health,
  version,
];

/** Commands of the contract that this version does not serve yet; serving one means deleting it here. */
export const COMMANDS_NOT_SERVED: readonly string[] = ['rollback', 'apply', 'dump'];

const DEFAULT_ADMIN_URL = 'http://127.0.0.1:9080';

/** Runs as the program: arguments, streams and exit code of this process. */
export async function main(): Promise<void> {
  // A reader that stops early (`dragoman list | head -1`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await runDragoman(process.argv.slice(2), processTerminal());
}

/** Never throws for what a user did; faults of ours do throw, with their stack. */
export async function runDragoman(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let format: OutputFormat = 'table';
  try {
    const { name, rest } = splitCommand(argv);
    if (name === undefined || name === 'help')
      return await printGeneralHelp(name === 'help' ? rest : argv, terminal);
    const command = findCommand(name);
    const args = parseArguments(command, rest);
    if (args.has('help')) {
      terminal.out(renderCommandHelp(command, terminal.outStyle));
      return 0;
    }
    format = readFormat(args.get('output'));
    checkPositionals(command, args);
    const { env } = terminal;
    const context: CommandContext = {
      terminal,
      args,
      format,
      admin: {
        url: args.get('admin') ?? (env.DRAGOMAN_ADMIN || DEFAULT_ADMIN_URL),
        token: args.get('token') ?? (env.DRAGOMAN_TOKEN || undefined),
      },
    };
    return await command.run(context);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    printFailure(terminal, format, error);
    return error.exitCode;
  }
}

/** `dragoman`, `dragoman --help`, `dragoman --version`, `dragoman help [COMMAND]`. */
async function printGeneralHelp(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (argv.length === 1 && argv[0] === '--version') return runDragoman(['version'], terminal);
  const args = parseArguments(undefined, argv);
  const [topic] = args.positionals;
  const text =
    topic === undefined
      ? renderHelp(COMMANDS, terminal.outStyle)
      : renderCommandHelp(findCommand(topic), terminal.outStyle);
  terminal.out(text);
  return 0;
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  if (COMMANDS_NOT_SERVED.includes(name)) {
    throw new CommandError(`dragoman ${name} is not served by this version`);
  }
  const nearest = findNearest(
    name,
    COMMANDS.map((candidate) => candidate.name),
  );
  const remedy = nearest === undefined ? 'dragoman --help lists what there is' : `did you mean ${nearest}?`;
  throw new CommandError(`unknown command "${printable(name)}"; ${remedy}`);
}

function readFormat(text: string | undefined): OutputFormat {
  switch (text) {
    case undefined:
    case 'table':
      return 'table';
    case 'json':
    case 'yaml':
      return text;
    default:
      throw new CommandError(`--output must be table, json or yaml, found "${printable(text)}"`);
  }
}
