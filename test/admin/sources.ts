// Small sources for registrations.

/** A service at `/v1/<word>/{name}`; `extra` adds to its messages. */
export function greeterProto(word: string, extra = ''): string {
  return `
syntax = "proto3";
package ${word}.v1;
import "google/api/annotations.proto";
service Greeter {
  rpc Greet(Greeting) returns (Greeting) { option (google.api.http) = { get: "/v1/${word}/{name}" }; }
}
message Greeting {
  string name = 1;
  ${extra}
}
`;
}

export function greeter(word: string, upstream: unknown, extra = ''): object {
  return {
    sources: {
      files: [{ path: `${word}.proto`, content: greeterProto(word, extra) }],
      entry: [`${word}.proto`],
    },
    upstream,
  };
}
