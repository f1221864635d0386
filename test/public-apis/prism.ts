// Starts Prism for a document and asks it what it took requests for.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A request as Prism read it: the path decoded no further than it came, the body parsed if it is JSON. */
export interface TakenRequest {
  readonly method: string;
  readonly url: { readonly path: string; readonly query: Readonly<Record<string, string | string[]>> };
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface RunningPrism {
  readonly url: string;
  /** What came since it was last asked. */
  taken(): Promise<readonly TakenRequest[]>;
  close(): Promise<void>;
}

export async function startPrism(document: object): Promise<RunningPrism> {
  const child = fork(join(import.meta.dirname, 'prism-server.ts'), {
    cwd: import.meta.dirname,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'json',
  });
  const exited = once(child, 'exit');
  const answer = async (message: object): Promise<Record<string, unknown>> => {
    const answered = once(child, 'message');
    child.send(message);
    const [first] = await Promise.race([answered, exited]);
    if (typeof first !== 'object' || first === null) throw new Error('Prism ended by itself');
    return first;
  };
  const close = async (): Promise<void> => {
    child.disconnect();
    await exited;
  };
  const { url, failure } = await answer({ document });
  if (typeof url !== 'string') {
    await close();
    throw new Error(`Prism does not take the document: ${failure}`);
  }
  return {
    url,
    taken: async () => (await answer({})).taken as readonly TakenRequest[],
    close,
  };
}
