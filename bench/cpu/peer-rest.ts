// What a team writes by hand instead of using a gateway: fastify in front, grpc-js behind. No deadlines, no logs, no
// checks, errors without details. It gives proto-loader's JSON, which is not ProtoJSON.
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { connectLibrary } from './peer-client.ts';

const [target = ''] = process.argv.slice(2);
const library = connectLibrary(target);
const app = Fastify();

app.get<{ Params: { book: string } }>('/v1/books/:book', (request) =>
  library.getBook({ name: `books/${request.params.book}` }),
);
app.get<{ Querystring: { page_size?: string; page_token?: string } }>('/v1/books', (request) =>
  library.listBooks({
    page_size: Number(request.query.page_size ?? 0),
    page_token: request.query.page_token ?? '',
  }),
);

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: (app.server.address() as AddressInfo).port });
