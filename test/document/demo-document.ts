// The document of the demo services, made as the gateway makes it.
import type { JsonObject } from '../../core/json.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import { protoPart } from '../../schema/document/proto-part.ts';
import { compile, demoSource, operationsOf } from '../graphql/sources.ts';

const DEMO = ['library', 'users', 'orders', 'inventory'];

/** Each service from sources of its own: what one file says is not known to the others. */
export function demoDocument(): JsonObject {
  const parts = DEMO.map((name) => {
    const entry = `${name}/v1/${name}.proto`;
    return protoPart({ name, operations: operationsOf(name, compile(demoSource(entry)), [entry]) });
  });
  return assembleDocument(parts, { title: 'Demo', version: '1' });
}
