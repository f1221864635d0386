// What ECMA 262 means by some classes and RE2 by others, in the words of RE2: white space, the dot, long names of Unicode
// properties. A service whose patterns are read as ECMA 262 has them, which is what JSON Schema asks for, would take what
// RE2 refuses and the other way round. Source: ECMA 262, sections 22.2.1 and 22.2.2.9; JSON Schema Core 2020-12, section 6.4.

/** WhiteSpace and LineTerminator. RE2 knows but five of them. Ends in a range: a hyphen behind it begins no other one. */
const SPACE =
  '\\t-\\r \\x{A0}\\x{1680}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}\\x{2000}-\\x{200A}';
/** All others; RE2 cannot take one class out of another. */
const NO_SPACE =
  '\\x{0}-\\x{8}\\x{E}-\\x{1F}\\x{21}-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}' +
  '\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}';
const NO_LINE_END = '[^\\n\\r\\x{2028}\\x{2029}]';

/** Values of General_Category, which RE2 knows by their short names alone. */
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    L: 'Letter Alphabetic_Letter',
    Lu: 'Uppercase_Letter',
    Ll: 'Lowercase_Letter',
    Lt: 'Titlecase_Letter',
    Lm: 'Modifier_Letter',
    Lo: 'Other_Letter',
    M: 'Mark Combining_Mark',
    Mn: 'Nonspacing_Mark',
    Mc: 'Spacing_Mark',
    Me: 'Enclosing_Mark',
    N: 'Number',
    Nd: 'Decimal_Number digit',
    Nl: 'Letter_Number',
    No: 'Other_Number',
    P: 'Punctuation punct',
    Pc: 'Connector_Punctuation',
    Pd: 'Dash_Punctuation',
    Ps: 'Open_Punctuation',
    Pe: 'Close_Punctuation',
    Pi: 'Initial_Punctuation',
    Pf: 'Final_Punctuation',
    Po: 'Other_Punctuation',
    S: 'Symbol',
    Sm: 'Math_Symbol',
    Sc: 'Currency_Symbol',
    Sk: 'Modifier_Symbol',
    So: 'Other_Symbol',
    Z: 'Separator',
    Zs: 'Space_Separator',
    Zl: 'Line_Separator',
    Zp: 'Paragraph_Separator',
    C: 'Other',
    Cc: 'Control cntrl',
    Cf: 'Format',
  }).flatMap(([short, names]) => names.split(' ').map((name) => [name, short] as const)),
);

const PART = /\\[pP]\{([^}]*)\}|\\.|[.[\]]|[^\\.[\]]+/gsu;

/** `source` in the syntax that both know. What is none stays as it is, for RE2 to refuse. */
export function meantByEcma(source: string): string {
  let isInClass = false;
  return source.replace(PART, (part: string, property: string | undefined) => {
    if (part === '[' && !isInClass) isInClass = true;
    else if (part === ']') isInClass = false;
    else if (part === '.') return isInClass ? part : NO_LINE_END;
    else if (property !== undefined) return `${part.slice(0, 3)}${shortName(property)}}`;
    else if (part === '\\s') return isInClass ? SPACE : `[${SPACE}]`;
    else if (part === '\\S') return isInClass ? NO_SPACE : `[${NO_SPACE}]`;
    else if (part === '\\b' && isInClass) return '\\x08';
    return part;
  });
}

function shortName(property: string): string {
  const [, name = property] = /^(?:General_Category|gc|Script|sc)=(\w+)$/.exec(property) ?? [];
  return CATEGORIES.get(name) ?? name;
}
