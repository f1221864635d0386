// `dragoman unregister`: takes a service out of the running gateway.
import { AdminClient } from '../admin-client.ts';
import type { Command, ExitCode } from '../command.ts';
import { printDocument } from '../print.ts';
import { readName } from './register.ts';

export const unregister: Command = {
  name: 'unregister',
  summary: 'take a service out of the gateway',
  usage: 'unregister NAME',
  positionals: ['NAME'],
  options: [{ name: 'if-match', value: 'REVISION', summary: 'only if this revision is the one in force' }],
  async run({ args, admin, format, terminal }): Promise<ExitCode> {
    const name = readName(args.positionals[0] ?? '');
    await new AdminClient(admin).deleteService(name, args.get('if-match'));
    if (format === 'table') terminal.out(`${name} is unregistered\n`);
    else printDocument(terminal, format, {});
    return 0;
  },
};
