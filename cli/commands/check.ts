// `dragoman check`: everything that `start` would refuse, found without listening.
import { existsSync } from 'node:fs';
import type { Problem } from '../../core/problem.ts';
import { hasErrors } from '../../core/problem.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { type Command, type CommandContext, CommandError, type ExitCode } from '../command.ts';
import { CONFIG_OPTIONS, readChosenConfig, showPath } from '../config-options.ts';
import { plural, printDocument, printProblems } from '../print.ts';
import { renderTable } from '../table.ts';
import { printable } from '../terminal.ts';

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
  notes:
    'Services that are on record in the registry are put together with those of the file, as start would, and names\n' +
    'and joins are those on record. The registry is only read. What would change for clients, `dragoman diff` tells.',
  async run(context): Promise<ExitCode> {
    const { path, result } = await readChosenConfig(context);
    const subject = path ?? 'the default configuration';
    if (!result.ok) throw refusal(subject, result.problems);
    // Not at the top: the other commands should not wait for the doors to load.
    const { snapshotOfConfig } = await import('../../gateway/config/export-graphql.ts');
    const checked = await snapshotOfConfig(result.value, undefined);
    const problems = [...result.problems, ...checked.problems];
    if (!checked.ok || hasErrors(problems)) throw refusal(subject, problems);
    const record = recordOf(result.value, checked.value);
    printSummary(context, { subject, snapshot: checked.value, problems, record });
    return 0;
  },
};

function refusal(subject: string, problems: readonly Problem[]): CommandError {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  return new CommandError(`${subject} has ${plural(count, 'problem')}`, { problems });
}

/** A registry that was there, and what of it would be served. */
interface RegistryRecord {
  readonly path: string;
  readonly services: readonly string[];
}

/** Undefined if the configuration names no registry on disk, or one that the first start would make. */
function recordOf(
  { registry, services }: Pick<GatewayConfig, 'registry' | 'services'>,
  snapshot: Snapshot,
): RegistryRecord | undefined {
  if (registry.kind !== 'sqlite' || !existsSync(registry.path)) return undefined;
  const declared = new Set(services.map(({ name }) => name));
  return {
    path: registry.path,
    services: [...snapshot.services.keys()].filter((name) => !declared.has(name)),
  };
}

interface Outcome {
  readonly subject: string;
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
  readonly record: RegistryRecord | undefined;
}

function printSummary(
  { terminal, format }: CommandContext,
  { subject, snapshot, problems, record }: Outcome,
): void {
  const services = summarize(snapshot);
  if (format !== 'table') {
    printDocument(terminal, format, {
      services,
      problems,
      ...(record !== undefined && { registry: record }),
    });
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
  if (record !== undefined) {
    const path = printable(showPath(terminal.cwd, record.path));
    const others = record.services.length === 0 ? 'no other services' : record.services.join(', ');
    terminal.out(`names and joins as on record in ${path}, which also has ${others}; it was only read\n`);
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
