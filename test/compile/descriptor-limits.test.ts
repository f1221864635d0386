import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import { checkDescriptorLimits } from '../../registry/compile/descriptor-limits.ts';
import { type SourceLimits, sourceLimits } from '../../registry/compile/source-limits.ts';

type SetInit = MessageInitShape<typeof FileDescriptorSetSchema>;

// Two files, so that every count has to reach across both.
const SET: SetInit = {
  file: [
    {
      name: 'a.proto',
      package: 'a',
      messageType: [
        {
          name: 'M',
          field: [{ name: 'one' }, { name: 'two' }],
          nestedType: [{ name: 'N', field: [{ name: 'three' }], extension: [{ name: 'inner' }] }],
          enumType: [{ name: 'E', value: [{ name: 'X' }, { name: 'Y' }] }],
        },
      ],
      extension: [{ name: 'outer' }],
      sourceCodeInfo: {
        location: [{ leadingComments: 'abc', trailingComments: 'de', leadingDetachedComments: ['f', 'gh'] }],
      },
    },
    {
      name: 'b.proto',
      enumType: [{ name: 'F', value: [{ name: 'Z' }] }],
      service: [{ name: 'S', method: [{ name: 'A' }, { name: 'B' }] }],
      sourceCodeInfo: { location: [{ leadingComments: 'ij' }] },
    },
  ],
};

function check(limits: Partial<SourceLimits>, set: SetInit = SET): string[] {
  return checkDescriptorLimits(create(FileDescriptorSetSchema, set), sourceLimits(limits)).map(formatProblem);
}

describe('limits on descriptors', () => {
  test('are far off for a small set', () => {
    expect(check({})).toEqual([]);
  });

  test.each<[keyof SourceLimits, number, string]>([
    ['files', 2, 'the source has 2 files; at most 1 are taken (source-limits)'],
    // Extensions are fields of the message they extend.
    ['fields', 5, 'the source has 5 fields; at most 4 are taken (source-limits)'],
    ['methods', 2, 'the source has 2 methods; at most 1 are taken (source-limits)'],
    ['enumValues', 3, 'the source has 3 enum values; at most 2 are taken (source-limits)'],
    ['extensions', 2, 'the source has 2 extensions; at most 1 are taken (source-limits)'],
    ['commentLength', 10, 'the source has 10 characters of comments; at most 9 are taken (source-limits)'],
    ['nesting', 2, 'a.proto: message "N" is nested more than 1 messages deep (source-limits)'],
    ['nameBytes', 5, 'a.proto: the field name "three" is longer than 4 bytes (source-limits)'],
  ])('%s: %d pass, one less does not', (limit, most, message) => {
    expect(check({ [limit]: most })).toEqual([]);
    expect(check({ [limit]: most - 1 })).toContain(message);
  });

  test('measure types by their full names', () => {
    const set: SetInit = {
      file: [{ name: 'a.proto', package: 'p'.repeat(200), messageType: [{ name: 'M'.repeat(56) }] }],
    };
    expect(check({}, set)).toHaveLength(1);
    expect(check({ nameBytes: 257 }, set)).toEqual([]);
  });

  test('stand where the reference puts them', () => {
    expect(sourceLimits()).toMatchObject({
      fields: 100_000,
      methods: 20_000,
      nesting: 64,
      nameBytes: 256,
      enumValues: 10_000,
      extensions: 1_000,
      commentLength: 2 * 1024 * 1024,
    });
  });
});
