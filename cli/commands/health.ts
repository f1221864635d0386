// `dragoman health`: whether the running gateway is ready, in its own words. Exit 1 if it is not.
import { asObject } from '../admin-answers.ts';
import { AdminClient } from '../admin-client.ts';
import type { Command, ExitCode } from '../command.ts';
import { printDocument } from '../print.ts';
import { printable } from '../terminal.ts';

export const health: Command = {
  name: 'health',
  summary: 'say whether the gateway is ready',
  usage: 'health',
  async run({ admin, format, terminal }): Promise<ExitCode> {
    const { isReady, answer } = await new AdminClient(admin).getHealth();
    if (format !== 'table') printDocument(terminal, format, answer);
    else {
      const { green, red } = terminal.outStyle;
      const status = asObject(answer).get('status');
      const word = typeof status === 'string' ? ` (${printable(status)})` : '';
      terminal.out(`${isReady ? green('ready') : red('not ready')}${word}\n`);
    }
    return isReady ? 0 : 1;
  },
};
