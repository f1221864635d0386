// `dragoman register`: sends a service's source to the running gateway and shows what clients gain and lose.

import { resolve } from 'node:path';
import type { Result } from '../../core/problem.ts';
import { parseGraphSettings, type WrittenGraphSettings } from '../../gateway/config/graph-settings.ts';
import { readFile } from '../../gateway/config/read-file.ts';
import { readOpenapiSource } from '../../gateway/config/read-openapi-source.ts';
import { type Locations, locate, readDescriptorSet } from '../../gateway/config/read-services.ts';
import { readSource } from '../../gateway/config/read-source.ts';
import type { ServiceSource } from '../../registry/service-definition.ts';
import { AdminClient, AdminRefusal, type Registration } from '../admin-client.ts';
import { type Command, type CommandContext, CommandError, type ExitCode } from '../command.ts';
import { printDocument, printProblems } from '../print.ts';
import { hasLosses, renderRegistration } from '../render-registration.ts';

export const register: Command = {
  name: 'register',
  summary: 'register a service, or register it anew',
  usage:
    'register NAME (--proto FILE… [-I DIR…] | --descriptor-set FILE | --openapi FILE | --prefix PATH) --upstream URL',
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
      name: 'openapi',
      value: 'FILE',
      summary: 'OpenAPI document (2.0 to 3.2, JSON or YAML) of an HTTP service',
    },
    {
      name: 'prefix',
      value: 'PATH',
      summary: 'path before all paths of the service; without a source, a plain proxy of all below it',
    },
    { name: 'host', value: 'NAME', isRepeatable: true, summary: 'only host that the service is served on' },
    { name: 'rewrite', value: 'PATH', summary: 'what the upstream gets instead of the prefix' },
    { name: 'keep-prefix', summary: 'let the upstream see the prefix' },
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
      name: 'graphql',
      value: 'FILE',
      summary: 'choices for the graph (YAML or JSON): prefix, overlay and the rest of services[].graphql',
    },
    {
      name: 'dry-run',
      summary: 'compile and compare, change nothing; exit 2 if something would be lost or changed',
    },
    { name: 'force', summary: 'register it though clients break, which refuses it else with exit 2' },
    { name: 'if-match', value: 'REVISION', summary: 'only if this revision is the one in force' },
  ],
  notServed: ['reflection', 'stage'],
  notes:
    'Files that the source imports are found in the include folders and beside the entry files, and sent along;\n' +
    'so are files in or below the folder of an OpenAPI document that it refers to.\n' +
    "Google's common protos (google/api, google/protobuf, …) need not be there.\n\n" +
    'Example\n  dragoman register library --proto protos/library/v1/library.proto -I protos --upstream grpc://localhost:50051',
  async run(context): Promise<ExitCode> {
    const { args, format, terminal } = context;
    const name = readName(args.positionals[0] ?? '');
    const upstream = args.getAll('upstream');
    if (upstream.length === 0)
      throw new CommandError('--upstream is missing, such as --upstream grpc://host:50051');
    const { source, locations: files } = await readSourceOf(context);
    const rules = await readText('rules', args.get('rules'), terminal.cwd);
    const graphql = await readGraphql(context, name);
    const locations = new Map([...files, ...(graphql?.places ?? [])]);
    const registration = {
      source,
      upstream,
      placement: readPlacement(context),
      forwardHeaders: args.getAll('forward-header'),
      ...(rules !== undefined && { rules }),
      ...(graphql !== undefined && { graphql: graphql.settings }),
    };
    const isDryRun = args.has('dry-run');
    const client = new AdminClient(context.admin);
    const service = await client
      .putService(name, registration, {
        isDryRun,
        ifMatch: args.get('if-match'),
        isForced: args.has('force'),
      })
      .catch((error: unknown) => {
        if (!(error instanceof AdminRefusal)) throw error;
        const isBreaking = error.type === 'breaking-change';
        throw new CommandError(error.message + (isBreaking ? BREAKING_HINT : ''), {
          problems: locate(error.problems, locations),
          exitCode: isBreaking ? 2 : 1,
        });
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
    return isDryRun && hasLosses(service) ? 2 : 0;
  },
};

const BREAKING_HINT =
  '; nothing was changed. --dry-run shows all that would be different, --force registers it all the same';

export function readName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new CommandError(
    `"${name}" cannot be a service's name: a lower-case letter first, then lower-case letters, digits and hyphens, 63 at most`,
  );
}

/** More than any such document holds. */
const MAX_BESIDE_BYTES = 4 * 1024 * 1024;

/** A document beside the source; `what` names its option. */
async function readText(what: string, file: string | undefined, cwd: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(cwd, file), MAX_BESIDE_BYTES);
  } catch (error) {
    throw new CommandError(
      `the ${what} ${file} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

async function readGraphql(
  { args, terminal }: CommandContext,
  service: string,
): Promise<WrittenGraphSettings | undefined> {
  const path = args.get('graphql');
  const text = await readText('graphql', path, terminal.cwd);
  if (path === undefined || text === undefined) return undefined;
  const reading = parseGraphSettings(text, { path, service });
  if (!reading.ok) {
    throw new CommandError(`the graphql ${path} could not be read; nothing was sent`, {
      problems: reading.problems,
    });
  }
  return reading.value;
}

interface LocatedSource {
  readonly source: ServiceSource;
  readonly locations: Locations;
}

const PROXY: LocatedSource = { source: { kind: 'proxy' }, locations: new Map() };

function readPlacement({ args }: CommandContext): NonNullable<Registration['placement']> {
  const prefix = args.get('prefix');
  const rewrite = args.get('rewrite');
  const hosts = args.getAll('host');
  return {
    ...(prefix !== undefined && { prefix }),
    ...(rewrite !== undefined && { rewrite }),
    ...(hosts.length > 0 && { hosts }),
    ...(args.has('keep-prefix') && { stripPrefix: false }),
  };
}

async function readSourceOf({ args, terminal }: CommandContext): Promise<LocatedSource> {
  const files = args.getAll('proto');
  const descriptorSet = args.get('descriptor-set');
  const openapi = args.get('openapi');
  const given = [
    ...(files.length > 0 ? ['--proto'] : []),
    ...(descriptorSet === undefined ? [] : ['--descriptor-set']),
    ...(openapi === undefined ? [] : ['--openapi']),
  ];
  if (given.length > 1) throw new CommandError(`${given.join(' and ')} exclude each other; keep one`);
  let result: Result<LocatedSource>;
  if (descriptorSet !== undefined) result = await readDescriptorSet(resolve(descriptorSet));
  else if (files.length > 0)
    result = await readSource({ files, include: args.getAll('include') }, { cwd: terminal.cwd });
  else if (openapi !== undefined) result = await readOpenapiSource(resolve(terminal.cwd, openapi));
  else if (args.get('prefix') !== undefined || args.getAll('host').length > 0) return PROXY;
  else {
    throw new CommandError(
      'a source is missing: --proto FILE, --descriptor-set FILE or --openapi FILE; a plain proxy needs --prefix or --host',
    );
  }
  if (!result.ok)
    throw new CommandError('the source could not be read; nothing was sent', { problems: result.problems });
  printProblems(terminal, result.problems);
  return result.value;
}
