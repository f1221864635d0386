// Values of `format` that mean something to others than one document's author.
// Sources: the Format Registry of the OpenAPI Initiative (spec.openapis.org/registry/format), which has those of
// OpenAPI itself; "Defined Formats" of JSON Schema Validation 2020-12, section 7.3, and of drafts 3 and 4 before it.

const REGISTRY = [
  ...['base64url', 'binary', 'byte', 'char', 'commonmark', 'date', 'date-time', 'date-time-local', 'decimal'],
  ...['decimal128', 'double', 'double-int', 'duration', 'email', 'float', 'hostname', 'html', 'http-date'],
  ...['idn-email', 'idn-hostname', 'int8', 'int16', 'int32', 'int64', 'ipv4', 'ipv6', 'iri', 'iri-reference'],
  ...['json-pointer', 'media-range', 'password', 'regex', 'relative-json-pointer', 'sf-binary', 'sf-boolean'],
  ...['sf-decimal', 'sf-integer', 'sf-string', 'sf-token', 'time', 'time-local', 'uint8', 'uint16', 'uint32'],
  ...['uint64', 'unixtime', 'uri', 'uri-reference', 'uri-template', 'uuid'],
];
const OLDER_JSON_SCHEMA = ['color', 'host-name', 'ip-address', 'phone', 'style', 'utc-millisec'];

export const KNOWN_FORMATS: ReadonlySet<string> = new Set([...REGISTRY, ...OLDER_JSON_SCHEMA]);
