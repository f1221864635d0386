// An enum as a schema: its names, or its numbers where the service writes those, and what its comments say of them.
import type { DescEnum } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';
import { commentOf } from '../proto/source-info.ts';
import { paragraphs } from './texts.ts';

export function enumSchema(desc: DescEnum, { enumsAsNumbers }: OutputOptions): JsonObject {
  const description = paragraphs(commentOf(desc), valueList(desc, enumsAsNumbers));
  const common = {
    ...(description !== '' && { description }),
    ...(desc.deprecated && { deprecated: true }),
  };
  if (!enumsAsNumbers) return { type: 'string', ...common, enum: desc.values.map(({ name }) => name) };
  // Aliases share a number; the first name is the one that is written elsewhere.
  const byNumber = new Map(desc.values.toReversed().map(({ name, number }) => [number, name]));
  const numbers = [...new Set(desc.values.map(({ number }) => number))];
  return {
    type: 'integer',
    format: 'int32',
    ...common,
    enum: numbers,
    'x-enum-varnames': numbers.map((number) => byNumber.get(number) ?? ''),
  };
}

/** One line for each value that has something to say; with numbers for all, or nobody would know them. */
function valueList({ values }: DescEnum, isNumbered: boolean): string {
  return values
    .map((value) => {
      const note = [value.deprecated ? '(deprecated)' : '', commentOf(value).replace(/\s+/g, ' ')]
        .filter((text) => text !== '')
        .join(' ');
      if (note === '' && !isNumbered) return '';
      const name = isNumbered ? `\`${value.number}\` ${value.name}` : `\`${value.name}\``;
      return `- ${name}${note === '' ? '' : `: ${note}`}`;
    })
    .filter((line) => line !== '')
    .join('\n');
}
