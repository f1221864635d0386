// The embedded store: one SQLite file, nothing to install. `registry: sqlite:PATH`.
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ServiceDefinition } from '../service-definition.ts';
import type { MemoryStoreContent } from './memory-store.ts';
import type { RecordedNames, ServiceStore, StoredService } from './service-store.ts';

/** Written to the file as `user_version`; a newer file is refused rather than misread. */
const SCHEMA_VERSION = 2;
/** The version that brought names. */
const NAMES_SINCE = 2;

// Content is kept per revision, and a service points at one: history and rollback have their place here.
const SCHEMA = `
  CREATE TABLE revisions (
    service TEXT NOT NULL,
    revision TEXT NOT NULL,
    definition TEXT NOT NULL,
    descriptor_set BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (service, revision)
  ) STRICT;
  CREATE TABLE services (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    revision TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    FOREIGN KEY (name, revision) REFERENCES revisions (service, revision)
  ) STRICT;
`;

// Beside the services: those of the configuration file have names, too. A JSON object, what has a name → the name.
const NAMES_SCHEMA = `
  CREATE TABLE graph_names (
    service TEXT PRIMARY KEY,
    revision TEXT NOT NULL,
    names TEXT NOT NULL
  ) STRICT;
`;

/** Creates the file and its folder if need be. @throws Error if the file cannot be opened or is newer than this program. */
export function openSqliteStore(path: string): ServiceStore {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    // Definitions may hold client keys of upstreams.
    chmodSync(path, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;');
    prepareSchema(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    load: () => loadAll(database),
    save: (service, names) =>
      inTransaction(database, () => {
        saveOne(database, service);
        if (names !== undefined) {
          saveNames(database, new Map([[service.definition.name, { revision: service.revision, names }]]));
        }
      }),
    loadNames: () => loadNames(database),
    saveNames: (names) => {
      if (names.size > 0) inTransaction(database, () => saveNames(database, names));
    },
    delete: (name) =>
      inTransaction(database, () => {
        database.prepare('DELETE FROM services WHERE name = ?').run(name);
        database.prepare('DELETE FROM revisions WHERE service = ?').run(name);
        database.prepare('DELETE FROM graph_names WHERE service = ?').run(name);
      }),
    close: () => database.close(),
  };
}

/** What a file holds, without changing it; undefined if there is no file. @throws Error if it cannot be read. */
export function readSqliteStore(path: string): MemoryStoreContent | undefined {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const version = schemaVersion(database, path);
    return {
      services: version === 0 ? [] : loadAll(database),
      names: version < NAMES_SINCE ? new Map() : loadNames(database),
    };
  } finally {
    database.close();
  }
}

function prepareSchema(database: DatabaseSync, path: string): void {
  const version = schemaVersion(database, path);
  if (version === SCHEMA_VERSION) return;
  inTransaction(database, () => {
    if (version === 0) database.exec(SCHEMA);
    database.exec(`${NAMES_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
  });
}

function schemaVersion(database: DatabaseSync, path: string): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new Error(`${path} was written by a newer version of dragoman (its schema is ${version})`);
  }
  return version;
}

function loadAll(database: DatabaseSync): StoredService[] {
  const rows = database
    .prepare(
      `SELECT services.revision, services.created_at, services.updated_at, definition, descriptor_set
       FROM services JOIN revisions ON service = name AND revisions.revision = services.revision
       ORDER BY position`,
    )
    .all();
  return rows.map((row) => ({
    definition: readDefinition(String(row.definition)),
    revision: String(row.revision),
    descriptorSet: row.descriptor_set as Uint8Array,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  }));
}

function saveOne(database: DatabaseSync, service: StoredService): void {
  const { name } = service.definition;
  database
    .prepare(
      `INSERT INTO revisions (service, revision, definition, descriptor_set, created_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (service, revision) DO NOTHING`,
    )
    .run(
      name,
      service.revision,
      writeDefinition(service.definition),
      service.descriptorSet,
      service.updatedAt,
    );
  database
    .prepare(
      `INSERT INTO services (name, revision, created_at, updated_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, updated_at = excluded.updated_at`,
    )
    .run(name, service.revision, service.createdAt, service.updatedAt);
  // One revision a service until history arrives; what no service points at would only grow the file.
  database.prepare('DELETE FROM revisions WHERE service = ? AND revision <> ?').run(name, service.revision);
}

function loadNames(database: DatabaseSync): ReadonlyMap<string, RecordedNames> {
  const rows = database.prepare('SELECT service, revision, names FROM graph_names').all();
  return new Map(
    rows.map(({ service, revision, names }) => [
      String(service),
      { revision: String(revision), names: new Map(Object.entries(JSON.parse(String(names)))) },
    ]),
  );
}

function saveNames(database: DatabaseSync, all: ReadonlyMap<string, RecordedNames>): void {
  const statement = database.prepare(
    `INSERT INTO graph_names (service, revision, names) VALUES (?, ?, ?)
     ON CONFLICT (service) DO UPDATE SET revision = excluded.revision, names = excluded.names`,
  );
  for (const [service, { revision, names }] of all) {
    statement.run(service, revision, JSON.stringify(Object.fromEntries(names)));
  }
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Bytes of a descriptor set are base64 in the JSON text. */
function writeDefinition(definition: ServiceDefinition): string {
  const { source } = definition;
  return JSON.stringify(
    source.kind === 'descriptorSet'
      ? { ...definition, source: { kind: source.kind, bytes: Buffer.from(source.bytes).toString('base64') } }
      : definition,
  );
}

function readDefinition(text: string): ServiceDefinition {
  const definition = JSON.parse(text);
  return definition.source.kind === 'descriptorSet'
    ? {
        ...definition,
        source: { kind: 'descriptorSet', bytes: Buffer.from(definition.source.bytes, 'base64') },
      }
    : definition;
}
