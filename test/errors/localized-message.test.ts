// Which of several texts a client reads. Source: RFC 4647 §3.4, its example ranges included; RFC 9110 §12.5.4.
import { describe, expect, test } from '@jest/globals';
import { localizedMessage } from '../../translators/errors/localized-message.ts';

const text = (locale: string) => ({
  '@type': 'type.googleapis.com/google.rpc.LocalizedMessage',
  locale,
  message: `in ${locale}`,
});
const TEXTS = ['de', 'de-CH', 'zh-Hant', 'pt_BR', 'en-GB'].map(text);

describe('a lookup', () => {
  test.each([
    ['de', 'in de'],
    ['DE', 'in de'],
    ['de-CH', 'in de-CH'],
    ['de-CH-1996', 'in de-CH'],
    ['de-AT', 'in de'],
    ['zh-Hant-CN-x-private1-private2', 'in zh-Hant'],
    ['zh-Hant-CN', 'in zh-Hant'],
    ['pt-br', 'in pt_BR'],
    ['fr, de;q=0.5', 'in de'],
    ['de;q=0.5, en-GB', 'in en-GB'],
    ['de;q=0.5, en-GB;q=0.5', 'in de'],
    ['en-GB;q=0, de', 'in de'],
    ['*, de', 'in de'],
    ['\tde ; q=1.000', 'in de'],
  ])('for %j finds %j', (accept, found) => {
    expect(localizedMessage(TEXTS, accept)).toBe(found);
  });

  test.each([
    [undefined],
    [''],
    ['*'],
    // A longer tag is no match for a shorter range.
    ['en'],
    ['zh'],
    ['fr'],
    ['de;q=0'],
    ['de;q=2'],
    ['de;level=1'],
    [`${'x,'.repeat(100)}de`],
  ])('for %j finds nothing', (accept) => {
    expect(localizedMessage(TEXTS, accept)).toBeUndefined();
  });

  test('passes over a single letter together with what follows it', () => {
    expect(localizedMessage([text('zh-Hant-CN-x')], 'zh-Hant-CN-x-private1')).toBeUndefined();
    expect(localizedMessage([text('zh-Hant-CN')], 'zh-Hant-CN-x-private1')).toBe('in zh-Hant-CN');
  });

  test('takes the first of two texts in one language, and no empty one', () => {
    expect(localizedMessage([text('de'), { ...text('de'), message: 'later' }], 'de')).toBe('in de');
    expect(localizedMessage([{ ...text('de'), message: '' }], 'de')).toBeUndefined();
  });

  test('looks at no other detail', () => {
    expect(localizedMessage([{ ...text('de'), '@type': 'x/google.rpc.Help' }], 'de')).toBeUndefined();
  });
});
