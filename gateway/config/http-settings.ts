// How a service's upstream is spoken to where it speaks HTTP: `upstream.http2`, `connectTimeout` and `concurrency`.
import type { HttpSettings } from '../../core/upstream.ts';
import { type ConfigNode, findNode } from './config-node.ts';
import { type SettingReader, toBoolean, toText } from './setting-reader.ts';
import { readDuration } from './units.ts';

/** Undefined: nothing of it is said. `place` names the mapping, such as `services[0].upstream`. */
export function readHttpSettings(
  settings: SettingReader,
  upstream: ConfigNode | undefined,
  place: string,
): HttpSettings | undefined {
  const http2 = toBoolean(findNode(upstream, 'http2'));
  const connectMs = settings.read(
    findNode(upstream, 'connectTimeout'),
    `${place}.connectTimeout`,
    readDuration,
  );
  const concurrency = toText(findNode(upstream, 'concurrency'));
  if (http2 === undefined && connectMs === undefined && concurrency === undefined) return undefined;
  return {
    ...(http2 !== undefined && { http2 }),
    ...(connectMs !== undefined && { connectMs }),
    ...(concurrency !== undefined && { concurrency: Number(concurrency) }),
  };
}
