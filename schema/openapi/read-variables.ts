// The parameters of one operation: what its path names, described or not, and all others.
import type { HttpParameter } from '../../core/http-operation.ts';
import type { Place } from './place.ts';
import { readParameter, undescribedVariable } from './read-parameters.ts';
import { type DeclaredOperation, variablesOf } from './read-paths.ts';
import type { Reading } from './reading.ts';

/** What is described in vain is remarked. */
export function readVariables(
  reading: Reading,
  { path, queryVariables, place }: DeclaredOperation,
  places: readonly Place[],
): readonly HttpParameter[] {
  const wanted = variablesOf(path);
  const inBody = new Set(reading.version === '2.0' ? ['body', 'formData'] : []);
  const described = places
    .filter((one) => !inBody.has(one.text('in')))
    .flatMap((one) => {
      const parameter = readParameter(reading, one);
      if (parameter?.place !== 'path' || wanted.includes(parameter.name)) return parameter ?? [];
      const queryName = queryVariables.get(parameter.name);
      if (queryName !== undefined) return ofQuery(parameter, queryName);
      reading.remarks.warn(one, 'parameter', `the path has no {${parameter.name}}; the parameter is ignored`);
      return [];
    });
  const missing = wanted.filter(
    (name) => !described.some((one) => one.place === 'path' && one.name === name),
  );
  for (const name of missing) {
    reading.remarks.warn(
      place,
      'parameter',
      `{${name}} of the path is described nowhere; it is taken for text`,
    );
  }
  const unnamed = [...queryVariables].filter(
    ([variable, name]) =>
      !described.some((one) => one.place === 'query' && (one.name === name || one.name === variable)),
  );
  return [
    ...missing.map(undescribedVariable),
    ...described.filter((one, index) => !isRepeated(one, described.slice(0, index))),
    ...unnamed.map(([variable, name]) => ({
      ...ofQuery(undescribedVariable(variable), name),
      isRequired: false,
    })),
  ];
}

/** A variable of the written query, described as if it were one of the path. */
function ofQuery(parameter: HttpParameter, name: string): HttpParameter {
  return { ...parameter, name, place: 'query', style: 'form', explode: true };
}

function isRepeated({ place, name }: HttpParameter, earlier: readonly HttpParameter[]): boolean {
  return place === 'query' && earlier.some((one) => one.place === place && one.name === name);
}
