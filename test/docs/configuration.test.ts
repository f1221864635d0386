// docs/configuration.md against the published schema: every setting, its variable, whether it is served.
import { describe, expect, test } from '@jest/globals';
import { isServedKey } from '../../gateway/config/not-served.ts';
import { environmentName, listSettings } from '../../gateway/config/overrides.ts';
import { read, section, tableRows } from './markdown.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const published: Schema & { readonly $defs: Readonly<Record<string, Schema>> } = JSON.parse(
  read('schema/config/dragoman.schema.json'),
);

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : (published.$defs[name] ?? {});
}

/** Settings that hold a value of their own: `listen.http`, `services[].upstream.targets[].url`. */
function settingsOf(given: Schema, path: string): string[] {
  // One form in several places is told of once.
  if (given.$ref === '#/$defs/policies' && path !== 'policies') return [path];
  const schema = resolved(given);
  if (schema.anyOf !== undefined) {
    const mappings = schema.anyOf.filter((choice) => resolved(choice).properties !== undefined);
    return [path, ...mappings.flatMap((choice) => settingsOf(choice, path))];
  }
  const items = schema.items === undefined ? undefined : resolved(schema.items);
  if (items?.properties !== undefined) return settingsOf(items, `${path}[]`);
  if (schema.properties === undefined) return [path];
  return Object.entries(schema.properties).flatMap(([key, inner]) =>
    settingsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

const page = read('docs/configuration.md');
const gateway = tableRows(section(page, 2, 'The gateway'));
const services = tableRows(section(page, 2, 'Services'));
const joins = tableRows(section(page, 2, 'Joins'));
const documents = tableRows(section(page, 2, 'Documents'));
const policies = tableRows(section(page, 2, 'Rate limits'));
const documented = [...gateway, ...services, ...joins, ...documents, ...policies].map(([setting = '']) =>
  setting.replaceAll('`', ''),
);

describe('docs/configuration.md', () => {
  test('lists every setting of the published schema and nothing else', () => {
    expect(documented.toSorted()).toEqual(settingsOf(published, '').toSorted());
  });

  test('says of each setting outside of lists which variable it has', () => {
    const variables = gateway.map(([setting, variable]) => `${setting} ${variable}`);
    const expected = listSettings().map(({ path }) => `\`${path.join('.')}\` \`${environmentName(path)}\``);
    expect(variables.toSorted()).toEqual(expected.toSorted());
  });

  test('calls reserved what is refused as not served, and only that', () => {
    const reserved = [...gateway, ...services]
      .filter((cells) => cells.at(-1) === 'reserved')
      .map(([setting = '']) => setting.replaceAll('`', ''));
    expect(reserved).toEqual(documented.filter((setting) => !isServedKey(setting)));
  });
});
