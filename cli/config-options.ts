// Which configuration `start` and `check` read: -c, DRAGOMAN_CONFIG, ./dragoman.yaml, or none.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Result } from '../core/problem.ts';
import type { GatewayConfig } from '../gateway/config/gateway-config.ts';
import { defaultConfig, loadConfig } from '../gateway/config/load-config.ts';
import type { Flags } from '../gateway/config/overrides.ts';
import type { CommandContext, OptionSpec } from './command.ts';

const DEFAULT_FILE = 'dragoman.yaml';

/** Settings that have a flag of their own; every other one has a variable. */
const SETTING_FLAGS: readonly (OptionSpec & { readonly setting: string })[] = [
  {
    name: 'listen-http',
    value: 'ADDRESS',
    setting: 'listen.http',
    summary: 'public port or host:port (default 8080)',
  },
  {
    name: 'admin-listen',
    value: 'ADDRESS',
    setting: 'admin.listen',
    summary: 'admin port or host:port (default 127.0.0.1:9080)',
  },
  {
    name: 'status-listen',
    value: 'ADDRESS',
    setting: 'status.listen',
    summary: 'status port or host:port (default 9081)',
  },
  {
    name: 'registry',
    value: 'STORE',
    setting: 'registry',
    summary: 'memory: or sqlite:PATH (default sqlite:./data/dragoman.db)',
  },
  {
    name: 'log-level',
    value: 'LEVEL',
    setting: 'log.level',
    summary: 'trace, debug, info, warn, error, fatal or silent',
  },
];

export const CONFIG_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'config',
    short: 'c',
    value: 'FILE',
    summary: `configuration file (default ./${DEFAULT_FILE} if there is one; DRAGOMAN_CONFIG)`,
  },
  ...SETTING_FLAGS,
];

export interface ChosenConfig {
  /** As named; undefined when there is no file. */
  readonly path: string | undefined;
  readonly result: Result<GatewayConfig>;
}

export async function readChosenConfig({ args, terminal }: CommandContext): Promise<ChosenConfig> {
  const { env, cwd } = terminal;
  const flags: Flags = Object.fromEntries(
    SETTING_FLAGS.map(({ name, setting }) => {
      const value = args.get(name);
      return [setting, value === undefined ? undefined : { flag: `--${name}`, value }];
    }),
  );
  const fromEnvironment = env.DRAGOMAN_CONFIG;
  const named = args.get('config') ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const path = named ?? (existsSync(join(cwd, DEFAULT_FILE)) ? DEFAULT_FILE : undefined);
  const result = path === undefined ? defaultConfig({ env, flags }) : loadConfig(path, { env, flags });
  return { path, result: await result };
}

/** A path as people in `cwd` would write it. */
export function showPath(cwd: string, path: string): string {
  const shown = relative(cwd, path);
  return shown.startsWith('..') ? path : shown;
}
