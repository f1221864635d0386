import { getOption } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import * as google from '../../schema/proto/google-types.ts';

describe('google types', () => {
  test('are made once', () => {
    expect(google.googleTypes()).toBe(google.googleTypes());
  });

  test.each([
    ['google.api.http', google.httpExtension, 'google.protobuf.MethodOptions', 72295728],
    ['google.api.resource', google.resourceExtension, 'google.protobuf.MessageOptions', 1053],
    [
      'google.api.resource_definition',
      google.resourceDefinitionExtension,
      'google.protobuf.FileOptions',
      1053,
    ],
    [
      'google.api.resource_reference',
      google.resourceReferenceExtension,
      'google.protobuf.FieldOptions',
      1055,
    ],
    ['google.api.field_behavior', google.fieldBehaviorExtension, 'google.protobuf.FieldOptions', 1052],
    ['google.api.default_host', google.defaultHostExtension, 'google.protobuf.ServiceOptions', 1049],
  ])('%s extends the right options', (name, getter, extendee, number) => {
    const extension = getter();
    expect(extension.typeName).toBe(name);
    expect(extension.extendee.typeName).toBe(extendee);
    expect(extension.number).toBe(number);
  });

  test('read an http rule of a common service', () => {
    const service = google.googleTypes().getService('google.longrunning.Operations');
    const cancel = service?.methods.find((method) => method.name === 'CancelOperation');
    expect(cancel && getOption(cancel, google.httpExtension())).toMatchObject({
      $typeName: 'google.api.HttpRule',
      pattern: { case: 'post', value: '/v1/{name=operations/**}:cancel' },
      body: '*',
    });
  });

  test.each([
    'google.rpc.Status',
    'google.rpc.BadRequest',
    'google.rpc.context.AttributeContext',
    'google.type.Money',
    'google.api.HttpBody',
    'google.protobuf.Any',
    'google.protobuf.FieldMask',
  ])('hold %s', (name) => {
    expect(google.googleTypes().getMessage(name)?.typeName).toBe(name);
  });
});
