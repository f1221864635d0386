// The methods of a FileDescriptorSet, read straight from the descriptors: no types are linked, so that a set of
// thousands of files costs no more than its decoding.
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

export interface EchoMethod {
  /** `/package.Service/Method` */
  readonly path: string;
  /** Full names. */
  readonly inputType: string;
  readonly outputType: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** In order of declaration. @param set bytes of a google.protobuf.FileDescriptorSet */
export function readMethods(set: Uint8Array): EchoMethod[] {
  return fromBinary(FileDescriptorSetSchema, set).file.flatMap((file) =>
    file.service.flatMap((service) =>
      service.method.map((method) => ({
        path: `/${file.package === '' ? '' : `${file.package}.`}${service.name}/${method.name}`,
        inputType: method.inputType.replace(/^\./, ''),
        outputType: method.outputType.replace(/^\./, ''),
        requestStream: method.clientStreaming,
        responseStream: method.serverStreaming,
      })),
    ),
  );
}
