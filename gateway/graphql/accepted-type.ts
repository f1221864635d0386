// The media type of an answer that is one JSON object: the choice that graphql-yoga makes from what a client accepts.

export type AnswerType = 'application/json' | 'application/graphql-response+json';

const TYPES: readonly AnswerType[] = ['application/graphql-response+json', 'application/json'];

/** Undefined if neither is accepted: a stream of events may be, or nothing that is served. Qualities are not heeded. */
export function acceptedType(accept: string): AnswerType | undefined {
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  const ranges = accept.replace(/\s/g, '').toLowerCase().split(',');
  // Nothing is delivered in parts, so the form made for parts is not served.
  const served = ranges.filter((range) => !range.startsWith('multipart/'));
  for (const range of served.join('') === '' ? ['*/*'] : served) {
    const [type = '', ...parameters] = range.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    const chosen = TYPES.findLast((one) => matches(one, type));
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

function matches(type: AnswerType, range: string): boolean {
  const [main, sub] = range.split('/');
  return (main === '*' || main === 'application') && (sub === '*' || type === `application/${sub}`);
}
