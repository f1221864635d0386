// Source: graphql reference, section 2.
import { describe, expect, test } from '@jest/globals';
import {
  distinguishingPart,
  enumValueNames,
  joinedTypeName,
  lowerCamelCase,
  pascalCase,
  validName,
} from '../../schema/graphql/names.ts';

describe('method names in lowerCamel', () => {
  test.each([
    ['GetBook', 'getBook'],
    ['URLMap', 'urlMap'],
    ['URL', 'url'],
    ['HTTP2Route', 'http2Route'],
    ['list_books', 'listBooks'],
    ['book', 'book'],
    ['A', 'a'],
  ])('%s becomes %s', (name, expected) => {
    expect(lowerCamelCase(name)).toBe(expected);
  });
});

describe('type names', () => {
  test.each([
    ['shop.v1.Order', 'shop.v1', 'Order'],
    ['shop.v1.Order.Item', 'shop.v1', 'OrderItem'],
    ['Order.Item', '', 'OrderItem'],
    ['shop.v1.order_item', 'shop.v1', 'Order_item'],
    ['shop.v1.__Type', 'shop.v1', 'x__Type'],
  ])('%s in package "%s" becomes %s', (typeName, packageName, expected) => {
    expect(joinedTypeName(typeName, packageName)).toBe(expected);
  });

  test('a service name becomes a prefix in Pascal case', () => {
    expect(pascalCase('spanner-admin')).toBe('SpannerAdmin');
  });
});

describe('the smallest change that makes a name valid', () => {
  test.each([
    ['title', 'title'],
    ['_private', '_private'],
    ['foo-bar', 'foo_bar'],
    ['@type', '_type'],
    ['2nd', '_2nd'],
    ['__typename', 'x__typename'],
    ['é', '_'],
    ['', '_'],
  ])('"%s" becomes "%s"', (name, expected) => {
    expect(validName(name)).toBe(expected);
  });
});

describe('enum values', () => {
  test.each<[why: string, enumNames: string[], values: string[], expected: string[]]>([
    [
      'the common prefix goes',
      ['BookStatus'],
      ['BOOK_STATUS_ACTIVE', 'BOOK_STATUS_LENT'],
      ['ACTIVE', 'LENT'],
    ],
    ['a nested enum may carry the joined name', ['Status', 'BookStatus'], ['BOOK_STATUS_ACTIVE'], ['ACTIVE']],
    ['a nested enum may carry its own name', ['State', 'BookState'], ['STATE_ACTIVE'], ['ACTIVE']],
    ['digits and capitals may be split anyhow', ['HTTP2Method'], ['HTTP_2_METHOD_GET'], ['GET']],
    ['one value without it: none loses it', ['Colour'], ['COLOUR_RED', 'BLUE'], ['COLOUR_RED', 'BLUE']],
    ['a rest that starts with a digit: none', ['IpVersion'], ['IP_VERSION_4'], ['IP_VERSION_4']],
    ['a rest that GraphQL reserves: none', ['Tri'], ['TRI_true', 'TRI_no'], ['TRI_true', 'TRI_no']],
    ['a name that is only longer is no prefix', ['Colour'], ['COLOURED_RED'], ['COLOURED_RED']],
    ['a value that is the prefix itself', ['Colour'], ['COLOUR_', 'COLOUR_RED'], ['COLOUR_', 'COLOUR_RED']],
    ['reserved names get an underscore', ['Tri'], ['true', 'false', 'null'], ['_true', '_false', '_null']],
  ])('%s', (_why, enumNames, values, expected) => {
    expect(enumValueNames(enumNames, values)).toEqual(expected);
  });
});

describe('what tells two packages apart', () => {
  test.each([
    ['shop.v1beta1', 'shop.v1', 'v1beta1'],
    ['google.spanner.v1', 'google.pubsub.v1', 'spanner'],
    ['shop.v1', 'shop.v1', undefined],
    ['v1', 'shop.v1', undefined],
    ['', 'shop', undefined],
  ])('"%s" beside "%s": %s', (newcomer, owner, expected) => {
    expect(distinguishingPart(newcomer, owner)).toBe(expected);
  });
});
