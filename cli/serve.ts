// Keeps a started gateway until a signal: the first closes it gracefully, the second ends the process at once.
import type { ExitCode } from './command.ts';
import type { Terminal } from './terminal.ts';

export interface RunningGateway {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly statusUrl: string;
  close(): Promise<void>;
}

type Signal = 'SIGTERM' | 'SIGINT';
const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT'];

export interface ServeOptions {
  readonly start: () => Promise<RunningGateway>;
  /** The process, or a stand-in that emits the same events. */
  readonly signals: {
    on(signal: Signal, listener: () => void): unknown;
    off(signal: Signal, listener: () => void): unknown;
  };
  /** Ends the process without waiting for anything. */
  readonly exit: (code: ExitCode) => void;
  readonly terminal: Terminal;
}

/** Resolves to 0 once the gateway has closed. A signal that comes while it still starts counts too. */
export async function serve({ start, signals, exit, terminal }: ServeOptions): Promise<ExitCode> {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    if (count > 1) exit(1);
    ask();
  };
  for (const signal of SIGNALS) signals.on(signal, onSignal);
  try {
    const gateway = await start();
    if (count === 0) terminal.err(renderAddresses(gateway));
    await asked;
    terminal.err('stopping: requests in flight may finish; a second signal ends at once\n');
    await gateway.close();
    return 0;
  } finally {
    for (const signal of SIGNALS) signals.off(signal, onSignal);
  }
}

function renderAddresses({ publicUrl, adminUrl, statusUrl }: RunningGateway): string {
  return `dragoman is up: public ${publicUrl} · admin ${adminUrl} · status ${statusUrl}\n`;
}
