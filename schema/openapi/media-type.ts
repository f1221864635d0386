// Media types as documents name them and messages carry them (RFC 9110 §8.3.1, §12.5.1).

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+*-]+\/[a-z0-9!#$&^_.+*-]+$/;

/** Type and subtype in lower case, parameters as they are; undefined if it is none. */
export function normaliseMediaType(text: string): string | undefined {
  const [type = '', ...parameters] = text.split(';');
  const name = type.trim().toLowerCase();
  const normal = name === '*' ? '*/*' : name;
  if (!MEDIA_TYPE.test(normal)) return undefined;
  return [normal, ...parameters.map((parameter) => parameter.trim()).filter((one) => one !== '')].join('; ');
}
