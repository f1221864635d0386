// Which files of a descriptor set have services that somebody means to serve, when nobody named them.
import { googleTypes } from '../../schema/proto/google-types.ts';

interface DescribedFile {
  readonly name: string;
  readonly package: string;
  readonly dependency: readonly string[];
  readonly service: readonly unknown[];
}

/** Common files that others import, and gRPC's own health and reflection beside other services, came along unasked. */
export function servedFiles(files: readonly DescribedFile[]): string[] {
  const imported = new Set(files.flatMap((file) => file.dependency));
  const meant = files
    .filter((file) => file.service.length > 0)
    .filter(({ name }) => !(imported.has(name) && googleTypes().getFile(name) !== undefined));
  const own = meant.filter((file) => !/^grpc(\.|$)/.test(file.package));
  return (own.length > 0 ? own : meant).map((file) => file.name);
}
