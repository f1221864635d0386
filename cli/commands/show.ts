// `dragoman show`: one service of the running gateway with its operations.
import type { OperationAnswer, ServiceAnswer } from '../admin-answers.ts';
import { AdminClient } from '../admin-client.ts';
import type { Command, ExitCode } from '../command.ts';
import { isHttpService, nameOf, serviceOf } from '../operation-names.ts';
import { printDocument, printProblems } from '../print.ts';
import { renderTable } from '../table.ts';
import { printable, type Style } from '../terminal.ts';
import { readName } from './register.ts';

export const show: Command = {
  name: 'show',
  summary: 'show a service: its operations, routes and GraphQL fields',
  usage: 'show NAME',
  positionals: ['NAME'],
  async run({ args, admin, format, terminal }): Promise<ExitCode> {
    const service = await new AdminClient(admin).getService(readName(args.positionals[0] ?? ''));
    if (format === 'table') {
      terminal.out(renderService(service, terminal.outStyle));
      printProblems(terminal, service.remarks);
    } else printDocument(terminal, format, service.raw);
    return 0;
  },
};

function renderService(service: ServiceAnswer, style: Style): string {
  const facts = [
    ['upstream', service.targets.join(', ')],
    ...(service.forwardHeaders.length > 0 ? [['forwards', service.forwardHeaders.join(', ')]] : []),
    ['revision', service.revision],
    ['created', service.createdAt],
    ['updated', service.updatedAt],
  ].map(([label = '', value = '']) => [{ text: label, paint: style.dim }, value]);
  const isHttp = isHttpService(service);
  const groups = Map.groupBy(service.operations, ({ method }) => (isHttp ? '' : serviceOf(method)));
  const tables = [...groups].map(([name, operations]) => {
    const heading = name === '' ? '' : `${style.bold(printable(name))}\n`;
    return heading + renderOperations(operations, service, style);
  });
  return [`${style.bold(printable(service.name))}\n${renderTable(facts, '  ')}`, ...tables].join('\n');
}

/** One row per operation, and one more for each further route. The route by name is the same for all: left out. */
function renderOperations(
  operations: readonly OperationAnswer[],
  service: ServiceAnswer,
  style: Style,
): string {
  const isHttp = isHttpService(service);
  const heading = [isHttp ? 'OPERATION' : 'METHOD', 'SHAPE', 'EFFECT', 'GRAPHQL', 'ROUTES'].map((text) => ({
    text,
    paint: style.dim,
  }));
  const rows = operations.flatMap(({ method, shape, effect, graphql, routes }) => {
    const declared = isHttp ? routes : routes.filter((route) => route !== `POST /${method}`);
    const [first = isHttp ? '' : `POST /${method}`, ...more] = declared;
    return [
      [nameOf(method, service), shape.replaceAll('_', ' '), effect, graphql || '–', first],
      ...more.map((route) => ['', '', '', '', route]),
    ];
  });
  return renderTable([heading, ...rows], '  ');
}
