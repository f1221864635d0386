// `dragoman list`: the services of the running gateway.
import { AdminClient } from '../admin-client.ts';
import type { Command, ExitCode } from '../command.ts';
import { printDocument } from '../print.ts';
import { shortRevision } from '../render-registration.ts';
import { renderTable } from '../table.ts';

export const list: Command = {
  name: 'list',
  summary: 'list the registered services',
  usage: 'list',
  async run({ admin, format, terminal }): Promise<ExitCode> {
    const services = await new AdminClient(admin).listServices();
    if (format !== 'table') {
      printDocument(terminal, format, { services: services.map(({ raw }) => raw) });
      return 0;
    }
    if (services.length === 0) {
      terminal.out('no services are registered; `dragoman register --help` shows how to add one\n');
      return 0;
    }
    const { dim } = terminal.outStyle;
    const heading = ['NAME', 'OPERATIONS', 'UPSTREAM', 'REVISION', 'UPDATED'].map((text) => ({
      text,
      paint: dim,
    }));
    const rows = services.map(({ name, operationCount, targets, revision, updatedAt }) => [
      name,
      String(operationCount),
      targets.join(', '),
      shortRevision(revision),
      updatedAt,
    ]);
    terminal.out(renderTable([heading, ...rows]));
    return 0;
  },
};
