// `dragoman start`: runs the gateway in the foreground until a signal asks it to stop.
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { StartupError } from '../../gateway/config/startup-error.ts';
import { type Command, CommandError, type ExitCode } from '../command.ts';
import { CONFIG_OPTIONS, readChosenConfig } from '../config-options.ts';
import { printProblems } from '../print.ts';
import { type RunningGateway, serve } from '../serve.ts';

export const start: Command = {
  name: 'start',
  summary: 'start the gateway',
  usage: 'start [-c FILE]',
  options: CONFIG_OPTIONS,
  notes:
    'Every setting of the file outside of lists also has a variable, such as DRAGOMAN_LISTEN_HTTP.\n' +
    'A flag goes before a variable, a variable before the file.\n' +
    'The first SIGTERM or Ctrl-C stops gracefully, the second at once.',
  async run(context): Promise<ExitCode> {
    const { terminal } = context;
    const { path, result } = await readChosenConfig(context);
    if (!result.ok) {
      throw new CommandError('the configuration is not valid; nothing was started', {
        problems: result.problems,
      });
    }
    printProblems(terminal, result.problems);
    if (path === undefined) terminal.err('no dragoman.yaml here: starting with the defaults\n');
    return serve({
      start: () => startWith(result.value),
      signals: process,
      exit: (code) => process.exit(code),
      terminal,
    });
  },
};

async function startWith(config: GatewayConfig): Promise<RunningGateway> {
  // Not at the top: the other commands should not wait for the whole gateway to load.
  const { startGateway } = await import('../../gateway/main.ts');
  try {
    return await startGateway(config);
  } catch (error) {
    if (error instanceof StartupError) throw new CommandError(error.message, { problems: error.problems });
    throw error;
  }
}
