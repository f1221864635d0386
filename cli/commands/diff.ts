// `dragoman diff`: what the services of a configuration would change for clients of the running gateway.
import type { Problem } from '../../core/problem.ts';
import { locate, readServices } from '../../gateway/config/read-services.ts';
import type { ServiceAnswer } from '../admin-answers.ts';
import { AdminClient, AdminRefusal } from '../admin-client.ts';
import { type Command, CommandError, type ExitCode } from '../command.ts';
import { CONFIG_OPTIONS, readChosenConfig } from '../config-options.ts';
import { plural, printDocument } from '../print.ts';
import { hasChanges, renderRegistration } from '../render-registration.ts';
import { printable } from '../terminal.ts';
import { readName } from './register.ts';

export const diff: Command = {
  name: 'diff',
  summary: 'show what the services of a configuration would change for clients of the running gateway',
  usage: 'diff [-c FILE] [--service NAME]',
  options: [
    ...CONFIG_OPTIONS.filter(({ name }) => name === 'config'),
    { name: 'service', value: 'NAME', summary: 'only this service' },
  ],
  notes:
    'Each service of the file is compared with what the gateway serves under its name, as `register --dry-run` does;\n' +
    'nothing is changed. Exit code 2 if anything is different.\n\n' +
    'Example\n  dragoman diff -c dragoman.yaml --admin http://gateway.internal:9080',
  async run(context): Promise<ExitCode> {
    const { args, terminal, format } = context;
    const { path, result } = await readChosenConfig(context);
    const subject = path ?? 'the default configuration';
    if (!result.ok) throw refusal(subject, result.problems);
    const name = args.get('service');
    const wanted = name === undefined ? undefined : readName(name);
    const chosen = result.value.services.filter((service) => wanted === undefined || service.name === wanted);
    if (chosen.length === 0) {
      throw new CommandError(
        `${subject} declares ${wanted === undefined ? 'no services' : `no service ${wanted}`}`,
      );
    }
    const services = await readServices({ services: chosen });
    if (!services.ok) throw refusal(subject, services.problems);
    const client = new AdminClient(context.admin);
    const known = new Map((await client.listServices()).map((service) => [service.name, service]));
    const answers: ServiceAnswer[] = [];
    for (const { definition, locations } of services.value) {
      const answer = await client.compareService(definition).catch((error: unknown) => {
        if (!(error instanceof AdminRefusal)) throw error;
        throw new CommandError(`${definition.name}: ${error.message}`, {
          problems: locate(error.problems, locations),
        });
      });
      answers.push(answer);
    }
    const gone =
      wanted === undefined ? notDeclared(known, new Set(chosen.map((service) => service.name))) : [];
    const isDifferent = gone.length > 0 || answers.some((one) => hasChanges(one) || isNew(one, known));
    if (format !== 'table') {
      printDocument(terminal, format, { services: answers.map(({ raw }) => raw), notDeclared: gone });
    } else {
      const style = terminal.outStyle;
      const texts = answers.map((answer) => renderRegistration(answer, { isDryRun: true, style }));
      terminal.out(texts.join('\n'));
      if (gone.length > 0)
        terminal.out(
          `\n${printable(gone.join(', '))}: served from a configuration file, and not in ${printable(subject)}\n`,
        );
      const count = plural(answers.length, 'service');
      terminal.out(
        `\n${count} compared; ${isDifferent ? 'there are differences' : 'nothing is different'}\n`,
      );
    }
    return isDifferent ? 2 : 0;
  },
};

type Known = ReadonlyMap<string, { readonly isOwnedByFile: boolean }>;

function isNew({ name }: ServiceAnswer, known: Known): boolean {
  return !known.has(name);
}

/** What the gateway serves from its file and the file that is compared does not have. */
function notDeclared(known: Known, declared: ReadonlySet<string>): string[] {
  return [...known].flatMap(([name, { isOwnedByFile }]) =>
    isOwnedByFile && !declared.has(name) ? [name] : [],
  );
}

function refusal(subject: string, problems: readonly Problem[]): CommandError {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  return new CommandError(`${subject} has ${plural(count, 'problem')}`, { problems });
}
