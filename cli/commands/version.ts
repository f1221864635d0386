// `dragoman version`: which dragoman, on which Node.
import { VERSION } from '../../gateway/version.ts';
import type { Command, ExitCode } from '../command.ts';
import { printDocument } from '../print.ts';

export const version: Command = {
  name: 'version',
  summary: 'print the version',
  usage: 'version',
  run({ format, terminal }): Promise<ExitCode> {
    const answer = { version: VERSION, node: process.versions.node };
    if (format === 'table') terminal.out(`dragoman ${answer.version} (Node.js ${answer.node})\n`);
    else printDocument(terminal, format, answer);
    return Promise.resolve(0);
  },
};
