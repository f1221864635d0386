// A service whose upstream answers whatever a test wants, down to its metadata and frames.
import type { RestSettings } from '../../core/rest-options.ts';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

export const TEXT_PROTO = `
syntax = "proto3";
package text.v1;
import "google/api/annotations.proto";
service Texts {
  rpc GetText(Request) returns (Text) { option (google.api.http) = { get: "/v1/text" }; }
  rpc Change(Request) returns (Text) { option (google.api.http) = { post: "/v1/change" }; }
  rpc WatchText(Request) returns (stream Text) { option (google.api.http) = { get: "/v1/watch" }; }
}
message Request {}
message Text { string text = 1; }
`;

export interface TextWorld {
  readonly gateway: TestGateway;
  readonly upstream: RudeUpstream;
  send(path: string, headers?: RequestOptions['headers'], more?: RequestOptions): Promise<Answer>;
  close(): Promise<void>;
}

export async function startTextWorld(rest: RestSettings = {}): Promise<TextWorld> {
  const upstream = await startRudeUpstream();
  const gateway = await startTestGateway([inlineService('text', TEXT_PROTO, upstream.url, { rest })]);
  return {
    gateway,
    upstream,
    send: (path, headers = {}, more = {}) => send(gateway.publicUrl, { path, headers, ...more }),
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
}

/** The wire bytes of a Text. */
export function textMessage(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  let rest = bytes.length;
  while (rest > 127) {
    length.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.concat([Buffer.from([0x0a, ...length, rest]), bytes]);
}
