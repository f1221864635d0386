// Types that lead on through thousands of others, as a generated or hostile schema may have them: what is made of each at
// its registration does not lie within what is made of the one before. Source: security reference, section 7.
import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { expect, test } from '@jest/globals';
import { messagePlan } from '../../translators/json/fast/compile-plan.ts';
import { requiresFields } from '../../translators/rest/required-fields.ts';

const LENGTH = 20_000;

/** The first of a row of messages, each with the next as its field; the last has a number. */
function firstOf(label: FieldDescriptorProto_Label): DescMessage {
  const messageType = Array.from({ length: LENGTH }, (_, index) => {
    const isLast = index === LENGTH - 1;
    const next = { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.p.M${index + 1}` };
    const type = isLast ? { type: FieldDescriptorProto_Type.INT32, label } : next;
    const optional = FieldDescriptorProto_Label.OPTIONAL;
    return { name: `M${index}`, field: [{ name: 'f', jsonName: 'f', number: 1, label: optional, ...type }] };
  });
  const file = create(FileDescriptorProtoSchema, {
    name: 'a.proto',
    package: 'p',
    syntax: 'proto2',
    messageType,
  });
  const first = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getMessage('p.M0');
  if (first === undefined) throw new Error('there is no first one');
  return first;
}

test('each of a long row of types gets its plan', () => {
  let plan = messagePlan(firstOf(FieldDescriptorProto_Label.OPTIONAL));
  let count = 1;
  for (let next = plan.ordered[0]?.message; next; next = plan.ordered[0]?.message) {
    plan = next;
    count += 1;
  }
  expect([count, plan.descriptor.name, plan.ordered.length]).toEqual([LENGTH, `M${LENGTH - 1}`, 1]);
});

test.each([
  [FieldDescriptorProto_Label.REQUIRED, true],
  [FieldDescriptorProto_Label.OPTIONAL, false],
])('what the last of them requires, all of them do (label %i)', (label, expected) => {
  expect(requiresFields(firstOf(label))).toBe(expected);
});
