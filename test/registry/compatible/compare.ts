// Two sources of one service, compiled and compared as the registry does it, without a gateway.

import { buildSnapshot, type SnapshotDraft } from '../../../registry/build-snapshot.ts';
import { clientDifferences } from '../../../registry/client-differences.ts';
import { compileService } from '../../../registry/compile-service.ts';
import type { ServiceDefinition, SourceFile } from '../../../registry/service-definition.ts';
import type { RegisteredService } from '../../../registry/snapshot.ts';
import type { Difference } from '../../../schema/compatible/difference.ts';
import { createCodec } from '../../../translators/json/codec.ts';

export const NOWHERE = 'grpc://127.0.0.1:1';

/** A service named `rows` whose files are all entries. */
export function definitionOf(
  files: readonly SourceFile[],
  settings: Partial<ServiceDefinition> = {},
): ServiceDefinition {
  return {
    name: 'rows',
    source: { kind: 'proto', files, entry: files.map(({ path }) => path) },
    upstream: { targets: [{ url: NOWHERE }] },
    ...settings,
  };
}

export async function snapshotOf(...definitions: readonly ServiceDefinition[]): Promise<SnapshotDraft> {
  const services = new Map<string, RegisteredService>();
  for (const definition of definitions) {
    const compiled = await compileService(definition, { codecs: createCodec });
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems, null, 2));
    services.set(definition.name, {
      name: definition.name,
      definition,
      revision: '',
      operations: compiled.value.operations,
      remarks: [],
      createdAt: '',
      updatedAt: '',
    });
  }
  const { draft, problems } = buildSnapshot(services, { reservedPaths: [] });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors, null, 2));
  return draft;
}

/** Two versions of one service. */
export async function compare(
  before: ServiceDefinition,
  after: ServiceDefinition,
): Promise<readonly Difference[]> {
  const [was, is] = [await snapshotOf(before), await snapshotOf(after)];
  return clientDifferences(after.name, was, is, []);
}

/** `breaking rest field-type library.v1.Book.pages` */
export function line({ severity, door, rule, path }: Difference): string {
  return `${severity} ${door} ${rule} ${path}`;
}
