// The text of an error in a language that the client reads, if the upstream wrote one (google.rpc.LocalizedMessage).
// Source: RFC 4647 §3.4 "Lookup", with the priorities of RFC 9110 §12.5.4.
import type { JsonObject } from '../../core/json.ts';
import { isDetail } from './details.ts';

/** More languages than anybody reads; the rest of a longer list is not looked at. */
const MAX_RANGES = 20;
const WEIGHT = /^q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/i;

/** Undefined: the client named no language, or none that is there. */
export function localizedMessage(
  details: readonly JsonObject[],
  acceptLanguage: string | undefined,
): string | undefined {
  if (acceptLanguage === undefined || details.length === 0) return undefined;
  const texts = new Map<string, string>();
  for (const detail of details) {
    if (!isDetail(detail, 'google.rpc.LocalizedMessage')) continue;
    const { locale, message } = detail;
    if (typeof locale !== 'string' || typeof message !== 'string' || message === '') continue;
    const tag = locale.toLowerCase().replaceAll('_', '-');
    if (!texts.has(tag)) texts.set(tag, message);
  }
  if (texts.size === 0) return undefined;
  for (const range of languageRanges(acceptLanguage)) {
    for (let tag: string | undefined = range; tag !== undefined; tag = shorter(tag)) {
      const text = texts.get(tag);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/** Best first, in lower case. `*` is left out: a lookup takes it for the default, which is the message itself. */
function languageRanges(header: string): readonly string[] {
  return header
    .toLowerCase()
    .split(',', MAX_RANGES)
    .map((item) => {
      const [range = '', weight] = item.split(';').map((part) => part.trim());
      return { range, weight: weight === undefined ? 1 : Number(WEIGHT.exec(weight)?.[1] ?? 0) };
    })
    .filter(({ range, weight }) => weight > 0 && range !== '' && range !== '*')
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}

/** `zh-hant-cn-x-a` → `zh-hant-cn` → `zh-hant` → `zh`: a single letter goes together with what follows it. */
function shorter(tag: string): string | undefined {
  const end = tag.lastIndexOf('-');
  if (end === -1) return undefined;
  const start = tag.slice(0, end);
  return start.at(-2) === '-' ? start.slice(0, -2) : start;
}
