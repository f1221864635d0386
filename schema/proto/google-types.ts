// Google's common types (google.api, google.rpc, google.type, google.longrunning) as descriptors, and the
// options among them that we read. They come from a generated module, since reading schemas does no I/O.
import { createFileRegistry, type DescExtension, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { GOOGLE_DESCRIPTORS } from './google-descriptors.gen.ts';

let types: FileRegistry | undefined;

/** The common types and the google.protobuf types they use. Made at the first call, then shared. */
export function googleTypes(): FileRegistry {
  types ??= createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(GOOGLE_DESCRIPTORS, 'base64')),
  );
  return types;
}

/** `google.api.http`, an option of methods: a google.api.HttpRule. */
export function httpExtension(): DescExtension {
  return getGoogleExtension('google.api.http');
}

/** `google.api.resource`, an option of messages: a google.api.ResourceDescriptor. */
export function resourceExtension(): DescExtension {
  return getGoogleExtension('google.api.resource');
}

/** `google.api.resource_definition`, a repeated option of files: google.api.ResourceDescriptor. */
export function resourceDefinitionExtension(): DescExtension {
  return getGoogleExtension('google.api.resource_definition');
}

/** `google.api.resource_reference`, an option of fields: a google.api.ResourceReference. */
export function resourceReferenceExtension(): DescExtension {
  return getGoogleExtension('google.api.resource_reference');
}

/** `google.api.field_behavior`, a repeated option of fields: numbers of google.api.FieldBehavior. */
export function fieldBehaviorExtension(): DescExtension {
  return getGoogleExtension('google.api.field_behavior');
}

/** `google.api.default_host`, an option of services: a string. */
export function defaultHostExtension(): DescExtension {
  return getGoogleExtension('google.api.default_host');
}

function getGoogleExtension(name: string): DescExtension {
  const extension = googleTypes().getExtension(name);
  if (extension === undefined) throw new Error(`generated descriptors lack the extension ${name}`);
  return extension;
}
