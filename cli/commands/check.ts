// `dragoman check`: everything that `start` would refuse, found without listening.
import type { Problem } from '../../core/problem.ts';
import { hasErrors } from '../../core/problem.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { type Command, type CommandContext, CommandError, type ExitCode } from '../command.ts';
import { CONFIG_OPTIONS, readChosenConfig } from '../config-options.ts';
import { plural, printDocument, printProblems } from '../print.ts';
import { renderTable } from '../table.ts';

interface ServiceSummary {
  readonly name: string;
  readonly operations: number;
  readonly routes: number;
  readonly graphqlFields: number;
}

export const check: Command = {
  name: 'check',
  summary: 'check the configuration and its services without starting',
  usage: 'check [-c FILE]',
  options: CONFIG_OPTIONS,
  async run(context): Promise<ExitCode> {
    const { path, result } = await readChosenConfig(context);
    const subject = path ?? 'the default configuration';
    if (!result.ok) throw refusal(subject, result.problems);
    // Not at the top: the other commands should not wait for the doors to load.
    const { checkServices } = await import('../../gateway/config/check-services.ts');
    const checked = await checkServices(result.value);
    const problems = [...result.problems, ...checked.problems];
    if (!checked.ok || hasErrors(problems)) throw refusal(subject, problems);
    printSummary(context, { subject, snapshot: checked.value, problems });
    return 0;
  },
};

function refusal(subject: string, problems: readonly Problem[]): CommandError {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  return new CommandError(`${subject} has ${plural(count, 'problem')}`, { problems });
}

interface Outcome {
  readonly subject: string;
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
}

function printSummary({ terminal, format }: CommandContext, { subject, snapshot, problems }: Outcome): void {
  const services = summarize(snapshot);
  if (format !== 'table') {
    printDocument(terminal, format, { services, problems });
    return;
  }
  printProblems(terminal, problems);
  const { dim, green } = terminal.outStyle;
  if (services.length > 0) {
    const heading = ['SERVICE', 'OPERATIONS', 'ROUTES', 'GRAPHQL FIELDS'].map((text) => ({
      text,
      paint: dim,
    }));
    const rows = services.map(({ name, operations, routes, graphqlFields }) => [
      name,
      String(operations),
      String(routes),
      String(graphqlFields),
    ]);
    terminal.out(`${renderTable([heading, ...rows])}\n`);
  }
  const warnings = problems.length === 0 ? '' : ` with ${plural(problems.length, 'remark')}`;
  terminal.out(`${subject} is ${green('valid')}${warnings}: ${plural(services.length, 'service')}\n`);
}

function summarize({ services, routes, graph }: Snapshot): readonly ServiceSummary[] {
  const fields = [...graph.queries, ...graph.mutations, ...graph.subscriptions];
  return [...services.values()].map(({ name, operations }) => ({
    name,
    operations: operations.length,
    routes: routes.routes.filter(({ operation }) => operation.service === name).length,
    graphqlFields: fields.filter(({ operation }) => operation.service === name).length,
  }));
}
