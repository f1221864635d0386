// What the real APIs declare, read without any code of the gateway: compiled by buf itself, rules taken from the
// options by protobuf-es. Both what is called and what must arrive is made from this.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import {
  createFileRegistry,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  getOption,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { REAL_APIS, type RealApi, serviceFiles, TREE } from './packages.ts';

export interface Binding {
  readonly api: RealApi;
  readonly method: DescMethod;
  /** `package.Service/Method` */
  readonly path: string;
  readonly verb: string;
  readonly template: string;
  /** `*`, a field, or empty. */
  readonly body: string;
  /** How it came about. */
  readonly origin: 'primary' | 'additional' | 'automatic';
}

export interface Oracle {
  readonly descriptorSet: Uint8Array;
  readonly types: FileRegistry;
  /** By API: every method, and every binding of every method. */
  methodsOf(api: RealApi): readonly DescMethod[];
  bindingsOf(api: RealApi): readonly Binding[];
}

interface HttpRule {
  readonly pattern: { readonly case?: string; readonly value?: unknown };
  readonly body: string;
  readonly additionalBindings: readonly HttpRule[];
}

export async function compileOracle(): Promise<Oracle> {
  const descriptorSet = await compile(REAL_APIS.flatMap(serviceFiles));
  const types = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  const http = types.getExtension('google.api.http');
  if (http === undefined) throw new Error('the set holds no google/api/annotations.proto');
  const methodsOf = (api: RealApi): DescMethod[] => {
    const files = new Set(serviceFiles(api));
    return [...types.files]
      .filter((file) => files.has(file.proto.name))
      .flatMap((file) => file.services.flatMap((service) => service.methods));
  };
  return {
    descriptorSet,
    types,
    methodsOf,
    bindingsOf: (api) =>
      methodsOf(api).flatMap((method) =>
        bindingsOf(api, method, getOption(method, http) as unknown as HttpRule),
      ),
  };
}

function bindingsOf(api: RealApi, method: DescMethod, rule: HttpRule): Binding[] {
  const path = `${method.parent.typeName}/${method.name}`;
  const declared = [rule, ...rule.additionalBindings].flatMap(({ pattern, body }, index): Binding[] => {
    if (typeof pattern.value !== 'string' || pattern.case === undefined) return [];
    const origin = index === 0 ? 'primary' : 'additional';
    const verb = pattern.case.toUpperCase();
    return [{ api, method, path, verb, template: pattern.value, body, origin }];
  });
  const automatic = { verb: 'POST', template: `/${path}`, body: '*', origin: 'automatic' } as const;
  return [...declared, { api, method, path, ...automatic }];
}

async function compile(files: readonly string[]): Promise<Uint8Array> {
  const buf = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  const paths = files.flatMap((file) => ['--path', `${TREE}/${file}`]);
  const args = [buf, 'build', TREE, ...paths, '--exclude-source-info', '--as-file-descriptor-set', '-o', '-'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
