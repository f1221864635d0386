// Renamings that a service may ask for, and those that are refused when it does. Source: transcoding reference, section 10.
import { describe, expect, test } from '@jest/globals';
import { readDefinition } from '../../gateway/admin/service-message.ts';
import { forwardFault } from '../../translators/rest/forward-rules.ts';

describe('a renaming', () => {
  test.each([['x-a=b'], ['x-a=x-b-bin'], ['x-consumer=y'], ['x-a'], ['x-*']])('%s is fine', (rule) => {
    expect(forwardFault(rule)).toBeUndefined();
  });

  test.each([
    ['x-a=', 'needs a plain header name on each side'],
    ['=x-a', 'needs a plain header name on each side'],
    ['x-a=b=c', 'needs a plain header name on each side'],
    ['x-*=y-*', 'needs a plain header name on each side'],
    ['x-a=x b', 'needs a plain header name on each side'],
    ['x-a=x_b', 'needs a plain header name on each side'],
    ['x-a=x-consumer-id', 'x-consumer-id is never taken from clients'],
    ['x-a=x-forwarded-for', 'x-forwarded-for is never taken from clients'],
    ['x-a=grpc-timeout', 'grpc-timeout is never taken from clients'],
    ['x-a=content-type', 'content-type is never taken from clients'],
    ['cookie=x-a', 'cookie is never taken from clients'],
    ['authorization=x-a', 'authorization is passed on by a rule of its own'],
    ['x-a=authorization', 'authorization is passed on by a rule of its own'],
    ['x-a=traceparent', 'traceparent is passed on by a rule of its own'],
  ])('%s is refused', (rule, words) => {
    expect(forwardFault(rule)).toContain(words);
  });

  test('cookies as a whole are refused, by the admin API, too', () => {
    expect(forwardFault('cookie')).toBe(
      'cannot have effect: cookies are never passed on as a whole; those that an OpenAPI document declares need no listing',
    );
    const service = { name: 'a', files: [{ path: 'a.proto', content: '' }], upstream: 'grpc://h:1' };
    expect(() => readDefinition({ ...service, forwardHeaders: ['Cookie'] })).toThrow(
      'service.forwardHeaders[0]: this name cannot have effect: cookies are never',
    );
  });

  test('is refused by the admin API with its place', () => {
    const service = {
      name: 'a',
      files: [{ path: 'a.proto', content: '' }],
      upstream: 'grpc://h:1',
      forwardHeaders: ['x-a=b', 'X-A=X-Consumer-ID'],
    };
    expect(() => readDefinition(service)).toThrow(
      'service.forwardHeaders[1]: this renaming cannot have effect: x-consumer-id is never taken from clients',
    );
    expect(readDefinition({ ...service, forwardHeaders: ['X-A=B'] }).forwardHeaders).toEqual(['x-a=b']);
  });
});
