// Variables of a path with nothing between them, as converters of other formats write them: `/posts/{id}{extension}`.
// Nobody can tell where one ends, unless one of them can only be one text: then that text stands in its place.
import type { HttpParameter } from '../../core/http-operation.ts';
import { onlyValue } from '../../core/only-value.ts';
import type { SchemaReader } from './read-schema.ts';

interface Located {
  readonly path: string;
  readonly parameters: readonly HttpParameter[];
}

export function settleAdjacent(
  { path, parameters }: Located,
  { schemas }: Pick<SchemaReader, 'schemas'>,
): Located {
  const textOf = (name: string): string | undefined => {
    const parameter = parameters.find((one) => one.place === 'path' && one.name === name);
    const value = parameter === undefined ? undefined : onlyValue(parameter, { schemas });
    // Dots alone could make a path that leads upwards.
    const isPlain = typeof value === 'string' && /^[A-Za-z0-9._~-]+$/.test(value) && !/^\.+$/.test(value);
    return isPlain ? value : undefined;
  };
  const settled = new Set<string>();
  const written = path.replace(/(?:\{[^{}]*\}){2,}/g, (run) =>
    run.replace(/\{([^{}]*)\}/g, (variable, name: string) => {
      const value = textOf(name);
      if (value === undefined) return variable;
      settled.add(name);
      return value;
    }),
  );
  if (settled.size === 0) return { path, parameters };
  return {
    path: written,
    parameters: parameters.filter(({ place, name }) => place !== 'path' || !settled.has(name)),
  };
}
