// `dragoman version`: which dragoman, on which Node.
import type { Command, ExitCode } from '../command.ts';
import { printDocument } from '../print.ts';
import { packageVersion } from '../version.ts';

export const version: Command = {
  name: 'version',
  summary: 'print the version',
  usage: 'version',
  run({ format, terminal }): Promise<ExitCode> {
    const answer = { version: packageVersion(), node: process.versions.node };
    if (format === 'table') terminal.out(`dragoman ${answer.version} (Node.js ${answer.node})\n`);
    else printDocument(terminal, format, answer);
    return Promise.resolve(0);
  },
};
