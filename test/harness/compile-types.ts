// Proto text → message types, compiled by buf as at registration.
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Codec } from '../../core/codec.ts';
import { compileProto } from '../../registry/compile/compile-proto.ts';
import type { SourceFile } from '../../registry/service-definition.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { PATIENCE } from './start-gateway.ts';

export interface CompiledTypes {
  readonly descriptorSet: Uint8Array;
  readonly registry: FileRegistry;
  /** @throws if there is no such message. */
  message(name: string): DescMessage;
  codec(name: string): Codec;
}

/** @throws with every problem if the sources do not compile. */
export async function compileTypes(files: readonly SourceFile[]): Promise<CompiledTypes> {
  const source = { files, entry: files.map(({ path }) => path) };
  const compiled = await compileProto(source, { limits: PATIENCE });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems, null, 2));
  const { descriptorSet } = compiled.value;
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  const message = (name: string): DescMessage => {
    const found = registry.getMessage(name);
    if (found === undefined) throw new Error(`no message ${name}`);
    return found;
  };
  return { descriptorSet, registry, message, codec: (name) => createCodec(message(name), registry) };
}
