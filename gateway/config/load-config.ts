// From the text of dragoman.yaml to a GatewayConfig: read → override → expand → check → build.
// All problems of all steps come at once; only a text that is no YAML ends early.
import { hasErrors, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import { buildConfig } from './build-config.ts';
import { checkSchema } from './check-schema.ts';
import { configSchema } from './config-schema.ts';
import { expand } from './expand.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { applyOverrides, type Flags, warnOfMistypedVariables } from './overrides.ts';
import {
  type Environment,
  FileFault,
  MAX_CONFIG_BYTES,
  type ReadFile,
  readFile as readFileFromDisk,
} from './read-file.ts';
import { readYaml } from './read-yaml.ts';

export interface LoadOptions {
  readonly env?: Environment;
  readonly flags?: Flags;
  readonly readFile?: ReadFile;
}

/** Reads a configuration file. That it is missing is a problem like any other. */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<Result<GatewayConfig>> {
  const { readFile = readFileFromDisk } = options;
  let text: string;
  try {
    text = await readFile(path, MAX_CONFIG_BYTES);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const message = `the configuration file ${error.message}`;
    return { ok: false, problems: [{ severity: 'error', rule: 'file', path, message }] };
  }
  return parseConfig(text, { ...options, path });
}

/** The configuration of a text; without `path` it is of no file, and its relative paths count from the working folder. */
export async function parseConfig(
  text: string,
  { path, env = process.env, flags = {}, readFile = readFileFromDisk }: LoadOptions & { path?: string } = {},
): Promise<Result<GatewayConfig>> {
  const yaml = readYaml(text, path ?? '-');
  if (yaml.root === undefined) return { ok: false, problems: sortProblems(yaml.problems) };
  const problems: Problem[] = [...yaml.problems, ...warnOfMistypedVariables(env)];
  // Override before expand: a variable that only a replaced value asks for need not be set.
  const root = applyOverrides(yaml.root, env, flags);
  const expanded = await expand(root, { path: path ?? '-', env, readFile });
  problems.push(...expanded.problems);
  const checked = checkSchema(configSchema(), expanded.node);
  problems.push(...checked.problems);
  const built = await buildConfig(checked.node, { path, readFile });
  problems.push(...built.problems);
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { ok: false, problems: sorted }
    : { ok: true, value: built.config, problems: sorted };
}

/** The configuration of a start without a file: defaults, environment and flags. */
export function defaultConfig(options: LoadOptions = {}): Promise<Result<GatewayConfig>> {
  return parseConfig('', options);
}
