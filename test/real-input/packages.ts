// Which real APIs are held to the whole way from REST to gRPC, and what was counted in their files by hand, so that a
// reader which loses half of them would not go unnoticed.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface RealApi {
  /** Name under which it is registered. */
  readonly name: string;
  /** Folders of the tree whose services are served. */
  readonly folders: readonly string[];
  /** Lines that begin with `rpc`. */
  readonly methods: number;
  /** Lines with `get:`, `put:`, `post:`, `delete:` or `patch:`, additional bindings included. */
  readonly bindings: number;
  /** `package.Service/Method` of all that take a stream. */
  readonly streamed: readonly string[];
}

export const REAL_APIS: readonly RealApi[] = [
  {
    name: 'pubsub',
    folders: ['google/pubsub/v1'],
    methods: 35,
    bindings: 34,
    streamed: ['google.pubsub.v1.Subscriber/StreamingPull'],
  },
  {
    name: 'spanner',
    folders: ['google/spanner/v1', 'google/spanner/admin/database/v1', 'google/spanner/admin/instance/v1'],
    methods: 65,
    bindings: 71,
    streamed: [],
  },
  {
    name: 'logging',
    folders: ['google/logging/v2'],
    methods: 43,
    bindings: 178,
    streamed: ['google.logging.v2.LoggingServiceV2/TailLogEntries'],
  },
  {
    name: 'firestore',
    folders: ['google/firestore/v1', 'google/firestore/admin/v1'],
    methods: 49,
    bindings: 54,
    streamed: ['google.firestore.v1.Firestore/Write', 'google.firestore.v1.Firestore/Listen'],
  },
  {
    name: 'translate',
    folders: ['google/cloud/translate/v3'],
    methods: 38,
    bindings: 43,
    streamed: [],
  },
  { name: 'library', folders: ['google/example/library/v1'], methods: 11, bindings: 11, streamed: [] },
];

/** Root of the tree of googleapis. */
export const TREE = dirname(createRequire(import.meta.url).resolve('google-proto-files/package.json'));

/** Paths within the tree of the API's files that declare services. */
export function serviceFiles({ folders }: RealApi): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(TREE, folder))
      .filter((name) => name.endsWith('.proto'))
      .map((name) => `${folder}/${name}`)
      .filter((path) => /^service /m.test(readFileSync(join(TREE, path), 'utf8'))),
  );
}
