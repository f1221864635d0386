// Examples in the pages are taken as they stand.
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../cli/dragoman.ts';
import { parseArguments, splitCommand } from '../../cli/parse-arguments.ts';
import { parseGraphSettings } from '../../gateway/config/graph-settings.ts';
import { compileService } from '../../registry/compile-service.ts';
import { describeBinding } from '../../registry/surface.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { demoService } from '../harness/start-gateway.ts';
import { fences, markdownFiles, read } from './markdown.ts';

describe('examples', () => {
  test('the rules beside the source in docs/registration.md give the demo inventory a route', async () => {
    const [rules] = fences(read('docs/registration.md')).filter(({ language }) => language === 'yaml');
    const definition = demoService('inventory', 'grpc://127.0.0.1:1', { rules: rules?.text ?? '' });
    const compiled = await compileService(definition, { codecs: createCodec });
    expect(compiled.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const operations = compiled.ok ? compiled.value.operations : [];
    const stock = operations.find(({ name }) => name === 'GetStock');
    expect(stock?.bindings.map(describeBinding)).toEqual([
      'GET /v1/stock/{book_id}',
      'POST /inventory.v1.InventoryService/GetStock',
    ]);
    expect(operations.map(({ limits }) => limits.defaultDeadlineMs)).toEqual(operations.map(() => 5000));
  });

  test('the choices for the graph in docs/graphql.md match the demo library', async () => {
    const [, page = ''] = read('docs/graphql.md').split('## Names and overlay');
    const [choices] = fences(page).filter(({ language }) => language === 'yaml');
    const reading = parseGraphSettings(choices?.text ?? '', { path: 'docs/graphql.md', service: 'library' });
    expect(reading.problems).toEqual([]);
    const graphql = reading.ok ? reading.value.settings : {};
    expect(Object.keys(graphql.overlay ?? {})).not.toEqual([]);
    const definition = demoService('library', 'grpc://127.0.0.1:1', { graphql });
    const compiled = await compileService(definition, { codecs: createCodec });
    expect(compiled.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  const commands = markdownFiles().flatMap((page) =>
    [...read(page).matchAll(/npx dragoman ([^`\n]+)/g)]
      .map(([, line = '']) => line)
      .filter((line) => !line.includes('…'))
      .map((line) => [page, line] as const),
  );

  test.each(commands)('%s: dragoman %s is a command line that the command takes', (_page, line) => {
    const { name, rest } = splitCommand(line.split(' '));
    const command = COMMANDS.find((candidate) => candidate.name === name);
    expect(command?.name).toBe(name);
    expect(() => parseArguments(command, rest)).not.toThrow();
  });

  const documents = markdownFiles().flatMap((page) =>
    fences(read(page)).flatMap(({ language, text }) => (language === 'json' ? [[page, text] as const] : [])),
  );

  test.each(documents)('%s: an example in JSON is JSON', (_page, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});
