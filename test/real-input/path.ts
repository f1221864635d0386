// A path for a template, with the values it carries: every `*` and `**` filled, with characters that have to survive
// percent-encoding. The reading of templates is the test's own and knows only what real ones hold.

export interface FilledPath {
  readonly text: string;
  readonly variables: readonly { readonly fieldPath: readonly string[]; readonly value: string }[];
}

/** `rest`: how many segments a `**` becomes. `readValue` gives the value of a variable that is no text. */
export function fillPath(
  template: string,
  rest: number,
  readValue: (fieldPath: readonly string[]) => string | undefined,
): FilledPath {
  const variables: { fieldPath: string[]; value: string }[] = [];
  let count = 0;
  const id = (isAlone: boolean): string => {
    count += 1;
    // A `/` within a value is data where the variable is one segment, and two segments where it is not.
    return isAlone ? `a/${count} ü` : `x:${count} é+%`;
  };
  const text = template.replaceAll(
    /\{([^}=]+)(?:=([^}]*))?\}/g,
    (_, name: string, pattern: string | undefined) => {
      const fieldPath = name.split('.');
      const segments = (pattern ?? '*').split('/');
      const isAlone = segments.length === 1 && segments[0] === '*';
      const values = segments.flatMap((segment) => {
        if (segment === '*') return [readValue(fieldPath) ?? id(isAlone)];
        return segment === '**' ? Array.from({ length: rest }, () => id(false)) : [segment];
      });
      variables.push({ fieldPath, value: values.join('/') });
      return values.map(encode).join('/');
    },
  );
  return { text, variables };
}

/** `:` and `+` may stand in a path as they are. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2B', '+');
}
