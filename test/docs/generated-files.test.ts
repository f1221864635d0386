// Generated files say what makes them, and are what it would make today. Those of schema/proto are held by test/compile.
import { describe, expect, test } from '@jest/globals';
import { adminDescriptorModule } from '../../tools/admin-descriptor.ts';
import { read, repositoryFiles } from './markdown.ts';

const generated = repositoryFiles().filter((path) => path.endsWith('.gen.ts'));

describe('generated files', () => {
  test.each(generated)('%s says what makes it', (path) => {
    const [, tool = ''] = /^\/\/ Generated [\s\S]{0,200}?\bby (tools\/[\w-]+\.ts)/.exec(read(path)) ?? [];
    expect(repositoryFiles()).toContain(tool);
  });

  test('the descriptor of the admin API is that of its proto', async () => {
    // As a flag: the two texts would fill the screen, and what to do is to run the tool again.
    const isCurrent = read('gateway/admin/admin-descriptor.gen.ts') === (await adminDescriptorModule());
    expect(isCurrent).toBe(true);
  });
});
