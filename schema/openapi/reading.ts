// What the readers of one document share.

import type { SchemaReader, SpecVersion } from './read-schema.ts';
import type { Remarks } from './remarks.ts';
import type { SourceBundle } from './source-bundle.ts';

export interface Reading {
  readonly version: SpecVersion;
  readonly bundle: SourceBundle;
  readonly remarks: Remarks;
  readonly schemas: SchemaReader;
}
