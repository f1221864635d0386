// `dragoman register`: sends a service's source to the running gateway and shows what clients gain and lose.

import { resolve } from 'node:path';
import type { Result } from '../../core/problem.ts';
import { readFile } from '../../gateway/config/read-file.ts';
import { locate, readDescriptorSet } from '../../gateway/config/read-services.ts';
import { readSource } from '../../gateway/config/read-source.ts';
import type { ServiceSource } from '../../registry/service-definition.ts';
import { AdminClient, AdminRefusal } from '../admin-client.ts';
import { type Command, type CommandContext, CommandError, type ExitCode } from '../command.ts';
import { printDocument, printProblems } from '../print.ts';
import { renderRegistration } from '../render-registration.ts';

export const register: Command = {
  name: 'register',
  summary: 'register a service, or register it anew',
  usage: 'register NAME (--proto FILE… [-I DIR…] | --descriptor-set FILE) --upstream URL',
  positionals: ['NAME'],
  options: [
    { name: 'proto', value: 'FILE', isRepeatable: true, summary: '.proto file whose services are served' },
    {
      name: 'include',
      short: 'I',
      value: 'DIR',
      isRepeatable: true,
      summary: 'folder that imports count from',
    },
    { name: 'descriptor-set', value: 'FILE', summary: 'compiled FileDescriptorSet instead of .proto files' },
    {
      name: 'upstream',
      value: 'URL',
      isRepeatable: true,
      summary: 'where calls go, such as grpc://host:50051',
    },
    {
      name: 'forward-header',
      value: 'NAME',
      isRepeatable: true,
      summary: 'client header passed on to the upstream, a prefix that ends in *, or from=to',
    },
    {
      name: 'rules',
      value: 'FILE',
      summary: 'google.api.Service document (YAML or JSON) whose http rules override annotations',
    },
    {
      name: 'dry-run',
      summary: 'compile and compare, change nothing; exit 2 if something would be lost or changed',
    },
    { name: 'if-match', value: 'REVISION', summary: 'only if this revision is the one in force' },
  ],
  notServed: ['reflection', 'openapi', 'stage', 'force'],
  notes:
    'Files that the source imports are found in the include folders and beside the entry files, and sent along.\n' +
    "Google's common protos (google/api, google/protobuf, …) need not be there.\n\n" +
    'Example\n  dragoman register library --proto protos/library/v1/library.proto -I protos --upstream grpc://localhost:50051',
  async run(context): Promise<ExitCode> {
    const { args, format, terminal } = context;
    const name = readName(args.positionals[0] ?? '');
    const upstream = args.getAll('upstream');
    if (upstream.length === 0)
      throw new CommandError('--upstream is missing, such as --upstream grpc://host:50051');
    const { source, locations } = await readSourceOf(context);
    const rules = await readRules(args.get('rules'), terminal.cwd);
    const registration = {
      source,
      upstream,
      forwardHeaders: args.getAll('forward-header'),
      ...(rules !== undefined && { rules }),
    };
    const isDryRun = args.has('dry-run');
    const client = new AdminClient(context.admin);
    const service = await client
      .putService(name, registration, { isDryRun, ifMatch: args.get('if-match') })
      .catch((error: unknown) => {
        if (!(error instanceof AdminRefusal)) throw error;
        throw new CommandError(error.message, { problems: locate(error.problems, locations) });
      });
    if (format !== 'table') printDocument(terminal, format, service.raw);
    else {
      terminal.out(
        renderRegistration(
          { ...service, name: service.name || name },
          { isDryRun, style: terminal.outStyle },
        ),
      );
      printProblems(terminal, locate(service.remarks, locations));
    }
    return isDryRun && service.removed.length + service.changed.length > 0 ? 2 : 0;
  },
};

export function readName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new CommandError(
    `"${name}" cannot be a service's name: a lower-case letter first, then lower-case letters, digits and hyphens, 63 at most`,
  );
}

/** More than any such document holds. */
const MAX_RULES_BYTES = 4 * 1024 * 1024;

async function readRules(file: string | undefined, cwd: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(cwd, file), MAX_RULES_BYTES);
  } catch (error) {
    throw new CommandError(
      `the rules ${file} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

interface LocatedSource {
  readonly source: ServiceSource;
  readonly locations: ReadonlyMap<string, string>;
}

async function readSourceOf({ args, terminal }: CommandContext): Promise<LocatedSource> {
  const files = args.getAll('proto');
  const descriptorSet = args.get('descriptor-set');
  if (files.length > 0 && descriptorSet !== undefined) {
    throw new CommandError('--proto and --descriptor-set exclude each other; keep one');
  }
  let result: Result<LocatedSource>;
  if (descriptorSet !== undefined) result = await readDescriptorSet(resolve(descriptorSet));
  else if (files.length > 0)
    result = await readSource({ files, include: args.getAll('include') }, { cwd: terminal.cwd });
  else throw new CommandError('a source is missing: --proto FILE or --descriptor-set FILE');
  if (!result.ok)
    throw new CommandError('the source could not be read; nothing was sent', { problems: result.problems });
  printProblems(terminal, result.problems);
  return result.value;
}
