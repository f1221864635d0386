// The document of the demo services, made as the gateway makes it.
import type { JsonObject } from '../../core/json.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import { protoPart } from '../../schema/document/proto-part.ts';
import { compile, demoSource, operationsOf } from '../graphql/sources.ts';

const DEMO = ['library', 'users', 'orders', 'inventory'];

export function demoDocument(): JsonObject {
  const files = compile(Object.assign({}, ...DEMO.map((name) => demoSource(`${name}/v1/${name}.proto`))));
  const parts = DEMO.map((name) =>
    protoPart({ name, operations: operationsOf(name, files, [`${name}/v1/${name}.proto`]) }),
  );
  return assembleDocument(parts, { title: 'Demo', version: '1' });
}
