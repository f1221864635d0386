// What `dragoman --help` and `dragoman COMMAND --help` print.
import type { Command, OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './parse-arguments.ts';
import { renderTable } from './table.ts';
import type { Style } from './terminal.ts';

export function renderHelp(commands: readonly Command[], style: Style): string {
  return [
    `${style.bold('dragoman')} – an API gateway: register a .proto, and clients have REST and GraphQL\n`,
    `${style.bold('Usage')}\n  dragoman COMMAND [options]\n`,
    `${style.bold('Commands')}\n${renderTable(
      commands.map(({ name, summary }) => [name, summary]),
      '  ',
    )}`,
    `${style.bold('Options of every command')}\n${renderOptions(GLOBAL_OPTIONS)}`,
    'dragoman COMMAND --help says more about one command.\n',
    'Exit codes: 0 done, 1 error, 2 differences found or refused as breaking.\n',
  ].join('\n');
}

export function renderCommandHelp(command: Command, style: Style): string {
  const { options = [] } = command;
  return [
    `${style.bold(`dragoman ${command.name}`)} – ${command.summary}\n`,
    `${style.bold('Usage')}\n  dragoman ${command.usage}\n`,
    ...(options.length > 0 ? [`${style.bold('Options')}\n${renderOptions(options)}`] : []),
    `${style.bold('Options of every command')}\n${renderOptions(GLOBAL_OPTIONS)}`,
    ...(command.notes === undefined ? [] : [`${command.notes}\n`]),
  ].join('\n');
}

function renderOptions(options: readonly OptionSpec[]): string {
  const rows = options.map(({ name, short, value, summary, isRepeatable }) => {
    const names = short === undefined ? `    --${name}` : `-${short}, --${name}`;
    return [
      value === undefined ? names : `${names} ${value}`,
      isRepeatable ? `${summary}; repeatable` : summary,
    ];
  });
  return renderTable(rows, '  ');
}
