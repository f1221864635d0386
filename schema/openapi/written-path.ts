// Keys of `paths` that hold more than a path: a fragment, which no request has, or a query. OpenAPI has no room for
// either, but documents tell operations of one path apart by them: `/files/{id}#copy`, `/jobs?op=list`, `/books{?page}`.

/** What is served of such a key, and what it says of the query. */
export interface WrittenPath {
  /** Without query and fragment. */
  readonly path: string;
  /** Part of every query: `op=list&all`. Empty for none. */
  readonly fixedQuery: string;
  /** Names in the query by the variable that is their value: `?lat={latitude}`. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Undefined if the query or fragment begins inside a variable, where nobody can tell what is meant. */
export function readWrittenPath(key: string): WrittenPath | undefined {
  const variables = new Map<string, string>();
  // RFC 6570, sections 3.2.4, 3.2.8 and 3.2.9.
  const plain = key.replace(/\{([?&#])([^{}]*)\}/g, (_whole, operator: string, names: string) => {
    for (const name of operator === '#' ? [] : names.split(',')) {
      const variable = name.replace(/\*$|:\d+$/, '');
      if (variable !== '') variables.set(variable, variable);
    }
    return '';
  });
  const [target = ''] = plain.split('#', 1);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  if (path.replace(/\{[^{}]*\}/g, '').includes('{')) return undefined;
  const fixed: string[] = [];
  for (const pair of mark < 0 ? [] : target.slice(mark + 1).split('&')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    const [, variable] = /^\{([^{}]+)\}$/.exec(value) ?? [];
    if (variable !== undefined) variables.set(variable, name);
    else if (name !== '' && !/[{}]/.test(pair)) fixed.push(escaped(pair));
  }
  return { path, fixedQuery: fixed.join('&'), variables };
}

/** RFC 3986, section 3.4: what a query cannot hold as it is; what is escaped already stays. */
function escaped(pair: string): string {
  return pair.toWellFormed().replace(/[^A-Za-z0-9\-._~!$'()*+,;:@/%=]/gu, encodeURIComponent);
}
