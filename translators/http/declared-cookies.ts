// Which of a client's cookies go upstream where a document says what the upstream reads: those that it declares for the
// operation, and no others. What a browser sends along for the gateway's host is not each service's to see.
// Source: RFC 6265 §4.1.1 and §5.4; security reference, section 4.
import type { Violation } from '../../core/error.ts';
import type { HttpDocument, HttpOperation, HttpParameter } from '../../core/http-operation.ts';
import { isListed, repeatedName } from './given-twice.ts';
import { refuse } from './refuse.ts';
import { propertyNames, typesOf } from './schema-types.ts';

/**
 * Of the field `Cookie`, its lines joined: what goes on, or undefined if that is nothing. `onDropped` is told of each
 * declared one that cannot go on. @throws GatewayError `invalid_argument` for one that is given twice.
 */
export type CookieChoice = (field: string, onDropped?: () => void) => string | undefined;

/** Undefined: the operation has no cookies. `keys`: names of cookies that hold API keys. */
export function createCookieChoice(
  { parameters, document }: HttpOperation,
  keys: readonly string[],
): CookieChoice | undefined {
  const declared = parameters.filter(({ place }) => place === 'cookie');
  if (document === undefined || declared.length + keys.length === 0) return undefined;
  const { schemas } = document;
  const names = new Set([...keys, ...declared.flatMap((one) => namesOf(one, schemas))]);
  return (field, onDropped) => {
    const pairs = splitCookies(field).filter(([name]) => names.has(name));
    refuseRepeated(
      pairs.map(([name]) => name),
      { declared, keys, schemas },
    );
    const passed = pairs.filter(([, value]) => COOKIE_TEXT.test(value));
    if (passed.length < pairs.length) onDropped?.();
    return passed.length === 0 ? undefined : passed.map(([name, value]) => `${name}=${value}`).join('; ');
  };
}

/** Where it is written as several, each has the name of a property. */
function namesOf(parameter: HttpParameter, schemas: HttpDocument['schemas']): readonly string[] {
  const { name, schema, explode } = parameter;
  const isSpread = explode && isListed(parameter, schemas) && typesOf(schema, schemas).has('object');
  return isSpread ? [name, ...propertyNames(schema, schemas)] : [name];
}

/** Some readers take quotation marks for brackets: one that is never closed would hold the cookies behind it. */
const COOKIE_TEXT = /^(?:[\x20\x21\x23-\x3a\x3c-\x7e]*|"[\x20\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]*")$/;

/** Names as they are, to be compared so: nobody decodes them. */
export function splitCookies(field: string): (readonly [name: string, value: string])[] {
  return field.split(';').flatMap((written) => {
    const pair = written.trim();
    const at = pair.indexOf('=');
    if (pair === '') return [];
    return [
      at < 0 ? (['', pair] as const) : ([pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const),
    ];
  });
}

interface Declared {
  readonly declared: readonly HttpParameter[];
  readonly keys: readonly string[];
  readonly schemas: HttpDocument['schemas'];
}

/** Of two of one name each reader takes another; a list may be given as often as it has items. */
function refuseRepeated(given: readonly string[], { declared, keys, schemas }: Declared): void {
  if (new Set(given).size === given.length) return;
  const ofParameters = declared.flatMap((parameter): Violation[] => {
    const found = repeatedName(parameter, given, schemas);
    return found === undefined
      ? []
      : [{ field: `cookie/${parameter.name}${found.pointer}`, description: found.message }];
  });
  const ofKeys = keys
    .filter((key) => given.indexOf(key) !== given.lastIndexOf(key))
    .map((key): Violation => ({ field: `cookie/${key}`, description: 'is given twice' }));
  const violations = new Map([...ofParameters, ...ofKeys].map((one) => [one.field, one]));
  if (violations.size > 0) refuse([...violations.values()]);
}
