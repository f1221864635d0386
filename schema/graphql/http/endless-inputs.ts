// Input types that must contain themselves could never be written, and GraphQL refuses them: what leads in a circle
// need not be given.
import type { InputField, InputType } from '../../../core/graph.ts';
import { components } from '../components.ts';

export function withoutEndless(inputs: readonly InputType[]): readonly InputType[] {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const targets = (name: string): string[] =>
    (byName.get(name)?.fields ?? []).flatMap((field) => targetOf(field, byName) ?? []);
  const circleOf = new Map<string, ReadonlySet<string>>();
  for (const circle of components(byName.keys(), targets)) {
    const members = new Set(circle);
    for (const name of circle) circleOf.set(name, members);
  }
  return inputs.map((input) => ({
    ...input,
    fields: input.fields.map((field) => {
      const target = targetOf(field, byName);
      const isInCircle = target !== undefined && circleOf.get(input.name)?.has(target) === true;
      return isInCircle ? { ...field, type: { ...field.type, isRequired: false } } : field;
    }),
  }));
}

/** The type that a field cannot be without. A list may be empty. */
function targetOf({ type }: InputField, byName: ReadonlyMap<string, InputType>): string | undefined {
  return !('list' in type) && type.isRequired && byName.has(type.name) ? type.name : undefined;
}
